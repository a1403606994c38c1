import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forwardedPair, parseForwarded } from './forwarded-field.ts';
import { forwardedNode, listedAddress } from './hop-node.ts';

const addresses = (...values: string[]) => parseForwarded(values)?.map(({ address }) => address);

it('reads the examples of RFC 7239 §4', () => {
  expect(addresses('for="_gazonk"')).toEqual([undefined]);
  expect(addresses('For="[2001:db8:cafe::17]:4711"')).toEqual(['2001:db8:cafe::17']);
  expect(parseForwarded(['for=192.0.2.60;proto=http;by=203.0.113.43'])).toEqual([
    { address: '192.0.2.60', proto: 'http', host: undefined },
  ]);
  expect(addresses('for=192.0.2.43, for=198.51.100.17')).toEqual(['192.0.2.43', '198.51.100.17']);
  expect(addresses('for=192.0.2.43', 'for="[2001:db8::1]", for=unknown, for="_x:_y"')).toEqual([
    '192.0.2.43',
    '2001:db8::1',
    undefined,
    undefined,
  ]);
});

it('reads quoted values, blanks around separators, and elements and pairs that are empty', () => {
  const [element] = parseForwarded([' , for="192.0.2.1:80" ;; host="a\\"b\\\\c" ; PROTO=https;,']) ?? [];
  expect(element).toEqual({ address: '192.0.2.1', proto: 'https', host: 'a"b\\c' });
  expect(parseForwarded([''])).toEqual([]);
});

it.each([
  'for=192.0.2.1:80',
  'for=[2001:db8::1]',
  'for="2001:db8::1"',
  'for="[::1"',
  'for=gazonk',
  'for=1',
  'for=999.0.2.1',
  'for=192.0.2.1 proto=http',
  'for=192.0.2.1;for=192.0.2.2',
  'for=192.0.2.1;FOR=192.0.2.2',
  'for',
  'for=',
  '=192.0.2.1',
  'for = 192.0.2.1',
  'for="192.0.2.1',
  'for=192.0.2.1"',
  'by=nobody',
  'for=192.0.2.1, x',
  'proto="a\x01"',
])('believes nothing of %j', (value) => {
  expect(parseForwarded([value])).toBeUndefined();
  expect(parseForwarded(['for=192.0.2.1', value])).toBeUndefined();
});

it('property: reads back what it writes', () => {
  const host = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant(undefined));
  fc.assert(
    fc.property(fc.array(fc.record({ address, host }), { maxLength: 4 }), (hops) => {
      const value = hops
        .map((hop) => `for=${forwardedNode(hop.address)};${forwardedPair('host', hop.host)}`)
        .join(', ');
      expect(parseForwarded([value])).toEqual(
        hops.map((hop) => ({
          address: hop.address === undefined ? undefined : listedAddress(hop.address),
          proto: undefined,
          host: hop.host,
        })),
      );
    }),
  );
});

it('property: never throws, and takes time in proportion', () => {
  const piece = fc.constantFrom(
    'for=',
    '"',
    '\\',
    ',',
    ';',
    ' ',
    '[',
    '::1',
    ']',
    '192.0.2.1',
    '_x',
    '\t',
    'proto=http',
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.array(piece, { maxLength: 40 })), (parts) => {
      const value = typeof parts === 'string' ? parts : parts.join('');
      const parsed = parseForwarded([value]);
      if (parsed !== undefined) expect(parsed.length).toBeLessThanOrEqual(value.split(',').length);
    }),
    { numRuns: 3_000 },
  );
  expect(parseForwarded([`for="${'\\'.repeat(100_000)}`])).toBeUndefined();
});
