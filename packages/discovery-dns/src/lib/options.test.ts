import { describe, expect, it } from 'vitest';
import { dnsDiscovery } from './discovery.ts';
import { type DnsDiscoveryOptions, resolveOptions } from './options.ts';

const make = (options: object) => dnsDiscovery(options as DnsDiscoveryOptions);

describe('the options', () => {
  it('have the documented defaults', () => {
    expect(resolveOptions({ srv: 'a.test' })).toMatchObject({
      name: 'a.test',
      port: undefined,
      family: 'auto',
      servers: undefined,
      transport: 'udp',
      timeoutMs: 2_000,
      tries: 2,
      minTtlMs: 1_000,
      maxTtlMs: 300_000,
      defaultTtlMs: 5_000,
      logical: false,
      obsoleteHoldMs: undefined,
      emptyHoldMs: 30_000,
    });
    expect(resolveOptions({ name: 'a.test', port: 80 })).toMatchObject({ name: 'a.test', port: 80 });
  });

  it.each([
    [{}, 'srv: got undefined, expected either `srv`, or `name` and `port`'],
    [{ srv: 'a.test', name: 'b.test' }, 'srv: got "a.test", expected either'],
    [{ srv: 'a b' }, 'srv: got "a b"'],
    [{ name: 'a.test' }, 'port: got undefined'],
    [{ name: 'a.test', port: 70_000 }, 'port: got 70000'],
    [{ name: '10.0.0.1', port: 80 }, 'name: got "10.0.0.1"'],
    [{ srv: 'a.test', servers: [] }, 'servers: got an array'],
    [{ srv: 'a.test', servers: ['10.0.0.1', 'dns.test'] }, 'servers[1]: got "dns.test"'],
    [{ srv: 'a.test', family: 4 }, 'family: got 4'],
    [{ srv: 'a.test', transport: 'quic' }, 'transport: got "quic"'],
    [{ srv: 'a.test', timeoutMs: 0 }, 'timeoutMs: got 0'],
    [{ srv: 'a.test', tries: 0 }, 'tries: got 0'],
    [{ srv: 'a.test', minTtlMs: 10 }, 'minTtlMs: got 10'],
    [{ srv: 'a.test', minTtlMs: 5_000, maxTtlMs: 4_000 }, 'maxTtlMs: got 4000'],
    [{ srv: 'a.test', defaultTtlMs: 0 }, 'defaultTtlMs: got 0'],
    [{ srv: 'a.test', obsoleteHoldMs: -1 }, 'obsoleteHoldMs: got -1'],
    [{ srv: 'a.test', emptyHoldMs: Number.NaN }, 'emptyHoldMs: got NaN'],
  ])('are refused by name: %j', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });
});
