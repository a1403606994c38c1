import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseServer, systemServers } from './server-address.ts';

describe('parseServer', () => {
  it.each([
    ['10.0.0.2', '10.0.0.2', 53],
    ['10.0.0.2:8600', '10.0.0.2', 8600],
    ['fd00::2', 'fd00::2', 53],
    ['[fd00::2]', 'fd00::2', 53],
    ['[fd00::2]:8600', 'fd00::2', 8600],
    ['fe80::1%eth0', 'fe80::1%eth0', 53],
  ])('reads %s', (text, host, port) => {
    expect(parseServer(text, 'servers[0]')).toMatchObject({ host, port });
  });

  it.each([
    '',
    'dns.example',
    'localhost:53',
    '10.0.0.2:0',
    '10.0.0.2:70000',
    '10.0.0.2:',
    '[fd00::2',
    53,
    null,
  ])('refuses %j', (text) => {
    expect(() => parseServer(text, 'servers[0]')).toThrow(/^servers\[0\]: got .*expected an IP address/);
  });
});

it('finds the servers of the system, which are addresses', () => {
  for (const { host, port } of systemServers()) {
    expect(isIP(host)).not.toBe(0);
    expect(port).toBeGreaterThan(0);
  }
});
