import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseClientHello } from './client-hello.ts';

const vector = (size: 1 | 2 | 3, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(size);
  length.writeUIntBE(body.length, 0, size);
  return Buffer.concat([length, body]);
};
const bytes = (...values: number[]): Buffer => Buffer.from(values);
const serverName = (name: string): Buffer =>
  Buffer.concat([bytes(0, 0), vector(2, vector(2, bytes(0), vector(2, Buffer.from(name))))]);
const padding = Buffer.concat([bytes(0, 21), vector(2, Buffer.alloc(40))]);

function message(...extensions: Buffer[]): Buffer {
  const start = [
    bytes(3, 3),
    Buffer.alloc(32),
    vector(1, Buffer.alloc(32)),
    vector(2, bytes(19, 1)),
    vector(1, bytes(0)),
  ];
  return Buffer.concat([
    bytes(1),
    vector(3, ...start, ...(extensions.length > 0 ? [vector(2, ...extensions)] : [])),
  ]);
}
const records = (hello: Buffer, size = 16_384): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at < hello.length; at += size)
    parts.push(bytes(22, 3, 1), vector(2, hello.subarray(at, at + size)));
  return Buffer.concat(parts);
};
const nameOf = (raw: Buffer) => {
  const parsed = parseClientHello(raw);
  return parsed.state === 'done' ? parsed.value.serverName : parsed.state;
};

it('finds the name among the extensions, in lower case', () => {
  expect(nameOf(records(message(padding, serverName('Db.Example.COM'), padding)))).toBe('db.example.com');
  expect(nameOf(records(message(padding)))).toBeUndefined();
  expect(nameOf(records(message()))).toBeUndefined();
});

it('waits for all of it, in records of any size', () => {
  const hello = message(padding, serverName('a.test'));
  for (const size of [1, 3, 4, 50, 16_384]) {
    const raw = records(hello, size);
    for (let cut = 0; cut < raw.length; cut++) expect(nameOf(raw.subarray(0, cut))).toBe('more');
    expect(nameOf(Buffer.concat([raw, bytes(23, 3, 3, 0)]))).toBe('a.test');
  }
});

it.each([
  ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['another record', bytes(23, 3, 1, 0, 1, 0)],
  ['SSL 2', bytes(0x80, 46, 1, 3, 1)],
  ['another message', records(bytes(2, 0, 0, 0))],
  ['an empty record', bytes(22, 3, 1, 0, 0)],
  ['a message without end', records(bytes(1, 0xff, 0xff, 0xff))],
  ['a record that is too long', bytes(22, 3, 1, 0xff, 0xff)],
  ['a name that is none', records(message(serverName('a b')))],
  ['an empty name', records(message(serverName('')))],
  ['an extension beyond the end', records(message(bytes(0, 0, 0xff, 0xff)))],
  [
    'bytes behind the extensions',
    records(Buffer.concat([bytes(1), vector(3, message().subarray(4), vector(2), bytes(1))])),
  ],
])('refuses %s', (_name, raw) => {
  expect(nameOf(raw)).toBe('refused');
});

it('property: bytes of any kind end in one of three states, and more of them never change an end', () => {
  const start = fc.constantFrom(bytes(), bytes(22, 3, 1), bytes(22, 3, 1, 0, 80, 1, 0, 0, 76));
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), (first, rest) => {
      const raw = Buffer.concat([first, rest]);
      const parsed = parseClientHello(raw);
      if (parsed.state !== 'more')
        expect(parseClientHello(Buffer.concat([raw, bytes(1, 2, 3)]))).toEqual(parsed);
    }),
    { numRuns: 2_000 },
  );
});

it('property: a hello with one byte changed never throws', () => {
  const hello = records(message(padding, serverName('a.test')));
  fc.assert(
    fc.property(fc.nat(hello.length - 1), fc.nat(255), (at, byte) => {
      const raw = Buffer.from(hello);
      raw[at] = byte;
      expect(['more', 'refused', 'done']).toContain(parseClientHello(raw).state);
    }),
    { numRuns: 2_000 },
  );
});
