import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { parseProxyHeader } from './parse-proxy-header.ts';
import type { ProxiedConnection } from './proxy-header.ts';
import { writeProxyHeader } from './write-proxy-header.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const hex = (...parts: string[]): Buffer => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
const line = (text: string): Buffer => Buffer.from(`${text}\r\n`, 'latin1');
const v2 = (rest: string): Buffer => hex(SIGNATURE, rest);
/** 192.0.2.1:1000 to 198.51.100.2:443. */
const V4 = 'c0000201 c6336402 03e8 01bb';
const connection = {
  source: { address: '192.0.2.1', port: 1000 },
  destination: { address: '198.51.100.2', port: 443 },
};

describe('version 1', () => {
  it('names both ends', () => {
    const bytes = Buffer.concat([line('PROXY TCP4 192.0.2.1 198.51.100.2 1000 443'), Buffer.from('GET')]);
    const value = { version: 1, connection, tlvs: [] };
    expect(parseProxyHeader(bytes)).toEqual({ state: 'done', value, length: bytes.length - 3 });
    expect(parseProxyHeader(line('PROXY TCP6 2001:db8::1 ::ffff:192.0.2.9 0 65535'))).toMatchObject({
      value: {
        connection: {
          source: { address: '2001:db8::1', port: 0 },
          destination: { address: '192.0.2.9', port: 65_535 },
        },
      },
    });
  });

  it('says UNKNOWN, whatever follows', () => {
    const value = { version: 1, connection: undefined, tlvs: [] };
    for (const text of ['PROXY UNKNOWN', 'PROXY UNKNOWN ffff:f...f:ffff x 65535 65535'])
      expect(parseProxyHeader(line(text))).toEqual({ state: 'done', value, length: text.length + 2 });
  });

  it.each([
    'PROXY TCP4 192.0.2.1 198.51.100.2 1000',
    'PROXY TCP4  192.0.2.1 198.51.100.2 1000 443',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1000 443 ',
    'PROXY TCP4 192.0.2.1 198.51.100.2 01000 443',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1000 65536',
    'PROXY TCP4 192.0.2.01 198.51.100.2 1000 443',
    'PROXY TCP4 ::1 ::1 1 1',
    'PROXY TCP6 192.0.2.1 198.51.100.2 1000 443',
    'PROXY TCP6 fe80::1%eth0 ::1 1 1',
    'PROXY UDP4 192.0.2.1 198.51.100.2 1000 443',
    'PROXY unknown',
    'PROXY UNKNOWN \n',
    'PROXY UNKNOWNx',
    'PROXY ',
    `PROXY UNKNOWN ${'x'.repeat(92)}`,
  ])('refuses %j', (text) => {
    expect(parseProxyHeader(line(text)).state).toBe('refused');
  });
});

describe('version 2', () => {
  it('names both ends', () => {
    const bytes = v2(`21 11 000c ${V4} ff`);
    const value = { version: 2, connection, tlvs: [] };
    expect(parseProxyHeader(bytes)).toEqual({ state: 'done', value, length: 28 });
    const source = '20010db8000000000000000000000001';
    const mapped = '00000000000000000000ffffc0000209';
    expect(parseProxyHeader(v2(`21 21 0024 ${source} ${mapped} 0001 0002`))).toMatchObject({
      value: {
        connection: {
          source: { address: '2001:db8::1', port: 1 },
          destination: { address: '192.0.2.9', port: 2 },
        },
      },
    });
  });

  it('carries TLVs, bounded by the header (the class of CVE-2026-47692)', () => {
    const tlvs = [
      { type: 2, value: Buffer.from('a.b') },
      { type: 0xea, value: Buffer.alloc(0) },
    ];
    expect(parseProxyHeader(v2(`21 11 0015 ${V4} 02 0003 612e62 ea 0000`))).toMatchObject({
      value: { tlvs },
    });
    for (const spilling of ['02 0004 612e62', '02 00', '02 ffff 61', '02 0001 61 00']) {
      const size = hex(spilling).length + 12;
      const bytes = v2(`21 11 ${size.toString(16).padStart(4, '0')} ${V4} ${spilling}`);
      expect(parseProxyHeader(Buffer.concat([bytes, Buffer.alloc(70_000)])).state).toBe('refused');
    }
  });

  it('checks a CRC-32C where there is one', () => {
    const header = (crc: string) => v2(`21 11 0013 ${V4} 03 0004 ${crc}`);
    const plain = header('00000000');
    const crc = crc32c(plain).toString(16).padStart(8, '0');
    expect(parseProxyHeader(header(crc)).state).toBe('done');
    expect(parseProxyHeader(plain).state).toBe('refused');
    expect(parseProxyHeader(v2(`21 11 0011 ${V4} 03 0002 0000`)).state).toBe('refused');
  });

  it.each([
    ['LOCAL', `20 11 000c ${V4}`],
    ['LOCAL with anything in it', '20 31 0001 00'],
    ['LOCAL without more', '20 00 0000'],
    ['a family that is not specified', '21 00 0003 010203'],
    ['datagrams', `21 12 000c ${V4}`],
    ['Unix sockets', `21 31 00d8 ${'00'.repeat(216)}`],
  ])('names nobody for %s', (_name, rest) => {
    const bytes = v2(rest);
    expect(parseProxyHeader(bytes)).toMatchObject({
      state: 'done',
      value: { connection: undefined },
      length: bytes.length,
    });
  });

  it.each([
    ['another version', `31 11 000c ${V4}`],
    ['an unknown command', `22 11 000c ${V4}`],
    ['an unknown family', `21 41 000c ${V4}`],
    ['an unknown protocol', `21 13 000c ${V4}`],
    ['addresses that are cut off', '21 11 0004 c0000201'],
    ['a length beyond the limit', '21 11 4000'],
  ])('refuses %s', (_name, rest) => {
    expect(parseProxyHeader(v2(rest)).state).toBe('refused');
  });
});

it('refuses at the first byte that does not belong there', () => {
  for (const text of ['G', 'PROXX', 'PROXY\t', '\r\n\r\n\x00\r\nX', '\x16\x03\x01'])
    expect(parseProxyHeader(Buffer.from(text, 'latin1')).state).toBe('refused');
});

const endpoint = fc.record({
  address: fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((text) => !text.includes('.')),
  ),
  port: fc.nat(65_535),
});
const version = fc.constantFrom('v1', 'v2' as const);

it('property: what is written is read, whatever follows and however it is cut', () => {
  fc.assert(
    fc.property(
      version,
      endpoint,
      endpoint,
      fc.uint8Array({ maxLength: 20 }),
      (as, source, destination, rest) => {
        const header = writeProxyHeader(as, { source, destination });
        const bytes = Buffer.concat([header, rest]);
        const parsed = parseProxyHeader(bytes);
        expect(parsed).toMatchObject({ state: 'done', length: header.length });
        if (parsed.state !== 'done') return;
        const named = parsed.value.connection as ProxiedConnection;
        for (const [was, is] of [
          [source, named.source] as const,
          [destination, named.destination] as const,
        ]) {
          expect(is.port).toBe(was.port);
          expect(canonical(is.address)).toBe(canonical(was.address));
        }
        for (let cut = 0; cut < header.length; cut++)
          expect(parseProxyHeader(bytes.subarray(0, cut)).state).toBe('more');
      },
    ),
  );
});

it('property: bytes of any kind are never more than refused, and nothing beyond them is claimed', () => {
  const start = fc.constantFrom(
    '',
    'PROXY ',
    'PROXY TCP4 ',
    '\r\n\r\n\0\r\nQUIT\n',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11\0',
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (first, rest) => {
      const bytes = Buffer.concat([Buffer.from(first, 'latin1'), rest]);
      const parsed = parseProxyHeader(bytes);
      if (parsed.state === 'done') expect(parsed.length).toBeLessThanOrEqual(bytes.length);
      if (parsed.state !== 'more')
        expect(parseProxyHeader(Buffer.concat([bytes, Buffer.alloc(9)]))).toEqual(parsed);
    }),
    { numRuns: 2_000 },
  );
});

it('property: a header with one byte changed is never read beyond its own length', () => {
  fc.assert(
    fc.property(version, endpoint, endpoint, fc.nat(), fc.nat(255), (as, source, destination, at, byte) => {
      const header = writeProxyHeader(as, { source, destination });
      const length = header.length;
      header[at % length] = byte;
      const parsed = parseProxyHeader(header);
      if (parsed.state === 'done') expect(parsed.length).toBeLessThanOrEqual(length);
    }),
    { numRuns: 2_000 },
  );
});

it('speaks for itself where there is no client', () => {
  expect(writeProxyHeader('v1', undefined).toString()).toBe('PROXY UNKNOWN\r\n');
  expect(writeProxyHeader('v2', undefined)).toEqual(v2('20 00 0000'));
});

it('writes an IPv4 end beside an IPv6 end as IPv6', () => {
  const mixed = {
    source: { address: '192.0.2.1', port: 1 },
    destination: { address: 'fe80::2%eth0', port: 2 },
  };
  expect(writeProxyHeader('v1', mixed).toString()).toBe('PROXY TCP6 ::ffff:192.0.2.1 fe80::2 1 2\r\n');
  const parsed = parseProxyHeader(writeProxyHeader('v2', mixed));
  expect(parsed).toMatchObject({
    value: { connection: { source: { address: '192.0.2.1' }, destination: { address: 'fe80::2' } } },
  });
});

function canonical(address: string): string {
  if (isIPv4(address)) return address;
  const { hostname } = new URL(`http://[${address}]`);
  const mapped = /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(hostname);
  if (mapped === null) return hostname;
  const [high, low] = [Number.parseInt(`${mapped[1]}`, 16), Number.parseInt(`${mapped[2]}`, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
