import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { fullJitterBackoff } from './backoff.ts';

const highest = (): number => 1 - Number.EPSILON;

test('the upper bound doubles up to the maximum', () => {
  const backoff = fullJitterBackoff({ baseMs: 100, maxMs: 1_000, random: highest });
  const delays = Array.from({ length: 6 }, () => Math.round(backoff.next()));
  expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('reset starts the series again', () => {
  const backoff = fullJitterBackoff({ baseMs: 100, maxMs: 1_000, random: highest });
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(100);
});

test('without a floor a delay may be 0, with one it never falls below', () => {
  const lowest = (): number => 0;
  expect(fullJitterBackoff({ random: lowest }).next()).toBe(0);
  expect(fullJitterBackoff({ minMs: 40, random: lowest }).next()).toBe(40);
  expect(fullJitterBackoff({ minMs: 500, baseMs: 100, random: highest }).next()).toBe(500);
});

test('delays spread over the whole range (mean of 20,000 within 1 % of the middle)', () => {
  const backoff = fullJitterBackoff({ baseMs: 1_000, maxMs: 1_000, random: seededRandom(1) });
  let sum = 0;
  for (let i = 0; i < 20_000; i++) sum += backoff.next();
  expect(Math.abs(sum / 20_000 - 500)).toBeLessThan(5);
});

test('any series stays within its bounds, however long', () => {
  fc.assert(
    fc.property(
      fc.record({ base: fc.integer({ min: 1, max: 5_000 }), min: fc.nat(200), extra: fc.nat(10_000) }),
      fc.integer(),
      ({ base, min, extra }, seed) => {
        const maxMs = min + extra;
        const backoff = fullJitterBackoff({ baseMs: base, minMs: min, maxMs, random: seededRandom(seed) });
        for (let n = 0; n < 1_100; n++) {
          const delay = backoff.next();
          if (!(delay >= min && delay <= Math.max(min, Math.min(maxMs, base * 2 ** n)))) return false;
        }
        return true;
      },
    ),
    { numRuns: 30, seed: 7 },
  );
});

test('bounds that contradict each other are refused', () => {
  expect(() => fullJitterBackoff({ baseMs: 0 })).toThrow('baseMs: got 0, expected a number of at least 1');
  expect(() => fullJitterBackoff({ minMs: 200, maxMs: 100 })).toThrow('maxMs: got 100');
  expect(() => fullJitterBackoff({ maxMs: Number.NaN })).toThrow('maxMs: got NaN');
});
