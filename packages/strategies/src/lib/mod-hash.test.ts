import { fakeCandidate, testStrategy } from '@evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { type ModHashOptions, modHash } from './mod-hash.ts';

/** Which of nginx's servers each key goes to, counted from 1. */
function servers(keys: readonly string[], weights: readonly number[], options?: ModHashOptions): string {
  const list = weights.map((weight, index) => fakeCandidate(`127.0.0.1:${8_081 + index}`, { weight }));
  const strategy = modHash(options);
  strategy.update(list);
  return keys
    .map((hashKey) => strategy.pick({ hashKey })?.endpoint.port ?? 0)
    .map((port) => port - 8_080)
    .join('');
}

const numbers = Array.from({ length: 20 }, (_, index) => String(index + 1));
const addresses = (count: number) => Array.from({ length: count }, (_, index) => `127.0.${index + 1}.2`);

describe('modHash', () => {
  // The order of the list decides, as in nginx, so the cases of consistent hashing do not apply.
  // nginx adds up the hashes of its tries, and CRC-32 is linear: keys that differ in a digit share an excluded endpoint unevenly.
  testStrategy({ test: it, make: ({ random }) => modHash({ random }), toleranceRatio: 0.25 });

  it('agrees with nginx on hash, with equal and other weights', () => {
    expect(servers(numbers, [1, 1, 1])).toBe('23212113313133231223');
    expect(servers(numbers, [2, 3, 1])).toBe('23211122322222122212');
  });

  it('agrees with nginx on ip_hash', () => {
    expect(servers(addresses(12), [1, 1, 1], { hash: 'ip' })).toBe('123123123123');
    const thirty = servers(addresses(30), [1, 1], { hash: 'ip' });
    expect([...thirty].filter((server) => server === '1')).toHaveLength(15);
  });

  it('takes a key that is no address as well', () => {
    expect(servers(['::1', 'user-7', ''], [1, 1, 1], { hash: 'ip' })).toMatch(/^[123]{3}$/);
  });

  it('goes on to the same next endpoint for the same key', () => {
    const list = [1, 2, 3, 4].map((n) => fakeCandidate(`127.0.0.1:${n}`));
    const strategy = modHash();
    strategy.update(list);
    for (const hashKey of numbers) {
      const exclude = new Set([strategy.pick({ hashKey })?.endpoint.id ?? '']);
      const next = strategy.pick({ hashKey, exclude });
      expect(exclude.has(next?.endpoint.id ?? '')).toBe(false);
      expect(strategy.pick({ hashKey, exclude })).toBe(next);
    }
  });

  it('refuses a hash it does not know', () => {
    expect(() => modHash({ hash: 'md5' as 'ip' })).toThrow('hash: got "md5", expected one of "crc32", "ip"');
  });
});
