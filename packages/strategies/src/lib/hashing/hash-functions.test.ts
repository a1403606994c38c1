import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { InvalidOptionsError } from '@evenkeel/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { fnv1a } from './fnv1a.ts';
import { type HashFunction, hashOption } from './hash-function.ts';
import { md5, md5Words } from './md5.ts';
import { murmur2 } from './murmur2.ts';
import { murmur3 } from './murmur3.ts';
import { xxHash64, xxHash64Seeded } from './xx-hash64.ts';

const MASK = (1n << 64n) - 1n;
const out = new Uint32Array(2);

function hash64(hash: HashFunction, text: string): bigint {
  hash(text, out);
  return (BigInt(out[0]!) << 32n) | BigInt(out[1]!);
}

function hash32(hash: HashFunction, text: string): number {
  hash(text, out);
  expect(out[1]).toBe(0);
  return out[0]!;
}

/** Text of all lengths, among it characters of two, three and four bytes and halves of such. */
const anyText = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '\ud800', '\u0000'), maxLength: 100 }),
);

describe('xxHash64', () => {
  it('gives the values in the tests of Envoy', () => {
    expect(hash64(xxHash64, 'foo')).toBe(3728699739546630719n);
    expect(hash64(xxHash64, 'bar')).toBe(5234164152756840025n);
    expect(hash64(xxHash64, 'foo\nbar')).toBe(8917841378505826757n);
    expect(hash64(xxHash64, 'lyft')).toBe(4400747396090729504n);
    expect(hash64(xxHash64, '')).toBe(17241709254077376921n);
  });

  it('follows the specification for any text and seed', () => {
    const seeds = fc.constantFrom(0, 1, 0x7fffffff, 0xffffffff);
    fc.assert(
      fc.property(anyText, seeds, (text, seed) => {
        xxHash64Seeded(text, seed, out);
        const actual = (BigInt(out[0]!) << 32n) | BigInt(out[1]!);
        expect(actual).toBe(xxHash64Reference(Buffer.from(text), BigInt(seed)));
      }),
      { numRuns: 500 },
    );
  });

  it('hashes texts longer than any before', () => {
    for (const length of [255, 256, 257, 1_000, 20_000]) {
      const text = 'x'.repeat(length);
      expect(hash64(xxHash64, text)).toBe(xxHash64Reference(Buffer.from(text), 0n));
    }
  });
});

describe('murmur2', () => {
  it('gives the values in the tests of Envoy', () => {
    expect(hash64(murmur2, 'foo')).toBe(9631199822919835226n);
    expect(hash64(murmur2, 'bar')).toBe(11474628671133349555n);
    expect(hash64(murmur2, 'foo\nbar')).toBe(16306510975912980159n);
    expect(hash64(murmur2, 'lyft')).toBe(12847078931730529320n);
    expect(hash64(murmur2, '')).toBe(6142509188972423790n);
  });
});

describe('murmur3', () => {
  it('gives the published values', () => {
    expect(hash32(murmur3, '')).toBe(0);
    expect(hash32(murmur3, 'hello')).toBe(0x248bfa47);
    expect(hash32(murmur3, 'hello, world')).toBe(0x149bbb7f);
    expect(hash32(murmur3, 'The quick brown fox jumps over the lazy dog')).toBe(0x2e4ff723);
  });

  it('hashes the bytes of UTF-8, not characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hash32(murmur3, text)).toBe(murmur3Reference(Buffer.from(text)));
      }),
    );
  });
});

describe('fnv1a', () => {
  it('gives the values of RFC 9923', () => {
    expect(hash32(fnv1a, '')).toBe(0x811c9dc5);
    expect(hash32(fnv1a, 'a')).toBe(0xe40c292c);
    expect(hash32(fnv1a, 'foobar')).toBe(0xbf9cf968);
  });

  it('hashes the bytes of UTF-8', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let expected = 0x811c9dc5;
        for (const byte of Buffer.from(text)) expected = Math.imul(expected ^ byte, 0x01000193);
        expect(hash32(fnv1a, text)).toBe(expected >>> 0);
      }),
    );
  });
});

describe('crc32', () => {
  it('is that of zlib', () => {
    expect(hash32(crc32, '123456789')).toBe(0xcbf43926);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hash32(crc32, text)).toBe(zlibCrc32(text));
      }),
    );
  });
});

describe('md5', () => {
  it('is that of OpenSSL', () => {
    const digest = new Uint32Array(4);
    fc.assert(
      fc.property(anyText, (text) => {
        md5Words(text, digest);
        const bytes = createHash('md5').update(text).digest();
        expect([...digest]).toEqual([0, 4, 8, 12].map((at) => bytes.readUInt32LE(at)));
        expect(hash32(md5, text)).toBe(bytes.readUInt32LE(0));
      }),
      { numRuns: 300 },
    );
  });

  it('ends blocks right at every length', () => {
    for (let length = 0; length < 200; length += 1) {
      const text = 'a'.repeat(length);
      expect(hash32(md5, text)).toBe(createHash('md5').update(text).digest().readUInt32LE(0));
    }
  });
});

describe('hashOption', () => {
  it('knows every name', () => {
    const names = { xxhash64: xxHash64, murmur3, murmur2, fnv1a, crc32, md5 } as const;
    for (const [name, hash] of Object.entries(names)) {
      expect(hashOption('hash', name as keyof typeof names, fnv1a)).toBe(hash);
    }
  });

  it('takes a function, and falls back on undefined', () => {
    const own: HashFunction = () => {};
    expect(hashOption('hash', own, md5)).toBe(own);
    expect(hashOption('hash', undefined, md5)).toBe(md5);
  });

  it('refuses anything else', () => {
    expect(() => hashOption('hash', 'sha1' as 'md5', md5)).toThrow(InvalidOptionsError);
    expect(() => hashOption('hash', 'sha1' as 'md5', md5)).toThrow(
      /^hash: got "sha1", expected one of "xxhash64"/,
    );
  });
});

/** The specification of XXH64, word for word, in big integers. */
function xxHash64Reference(bytes: Buffer, seed: bigint): bigint {
  const p1 = 0x9e3779b185ebca87n;
  const p2 = 0xc2b2ae3d27d4eb4fn;
  const p3 = 0x165667b19e3779f9n;
  const p4 = 0x85ebca77c2b2ae63n;
  const p5 = 0x27d4eb2f165667c5n;
  const turn = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & MASK;
  const round = (lane: bigint, word: bigint): bigint => (turn((lane + word * p2) & MASK, 31n) * p1) & MASK;
  let at = 0;
  let hash = (seed + p5) & MASK;
  if (bytes.length >= 32) {
    const lanes = [seed + p1 + p2, seed + p2, seed, seed - p1].map((lane) => lane & MASK);
    for (; at + 32 <= bytes.length; at += 32) {
      for (let i = 0; i < 4; i += 1) lanes[i] = round(lanes[i]!, bytes.readBigUInt64LE(at + 8 * i));
    }
    hash = [1n, 7n, 12n, 18n].reduce((sum, by, i) => sum + turn(lanes[i]!, by), 0n) & MASK;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * p1 + p4) & MASK;
  }
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (turn(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * p1 + p4) & MASK;
  }
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (turn(hash ^ ((BigInt(bytes.readUInt32LE(at)) * p1) & MASK), 23n) * p2 + p3) & MASK;
  }
  for (; at < bytes.length; at += 1)
    hash = (turn(hash ^ ((BigInt(bytes[at]!) * p5) & MASK), 11n) * p1) & MASK;
  hash = ((hash ^ (hash >> 33n)) * p2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * p3) & MASK;
  return hash ^ (hash >> 32n);
}

/** MurmurHash3_x86_32, byte by byte, in big integers. */
function murmur3Reference(bytes: Buffer): number {
  const low = (value: bigint): bigint => value & 0xffffffffn;
  const turn = (value: bigint, by: bigint): bigint => low((value << by) | (value >> (32n - by)));
  const scramble = (word: bigint): bigint => low(turn(low(word * 0xcc9e2d51n), 15n) * 0x1b873593n);
  let hash = 0n;
  for (let at = 0; at < bytes.length; at += 4) {
    let word = 0n;
    for (const [i, byte] of bytes.subarray(at, at + 4).entries()) word |= BigInt(byte) << BigInt(8 * i);
    hash ^= scramble(word);
    if (at + 4 <= bytes.length) hash = low(turn(hash, 13n) * 5n + 0xe6546b64n);
  }
  hash ^= BigInt(bytes.length);
  hash = low((hash ^ (hash >> 16n)) * 0x85ebca6bn);
  hash = low((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
  return Number(hash ^ (hash >> 16n));
}
