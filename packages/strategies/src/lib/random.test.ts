import { testStrategy } from '@evenkeel/testing';
import { describe, test } from 'vitest';
import { random } from './random.ts';
import { weightedRandom } from './weighted-random.ts';

// 100,000 draws of a share of 1/12 have a standard deviation of 1.05 % of it.
describe('random', () => {
  testStrategy({ test, make: random, shares: 'equal', picks: 100_000, toleranceRatio: 0.04 });
});

describe('weightedRandom', () => {
  testStrategy({ test, make: weightedRandom, picks: 100_000, toleranceRatio: 0.04 });
});
