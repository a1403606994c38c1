import type { Clock, Random, Strategy } from '@evenkeel/core';
import type { RegisterTest } from './register-test.ts';

/** What a strategy under test takes its time and randomness from, so that a run repeats exactly. */
export interface StrategyEnvironment {
  readonly clock: Clock;
  readonly random: Random;
}

/** How `testStrategy` makes and judges a strategy. */
export interface TestStrategyOptions {
  /** The `test` or `it` of the runner in use. */
  readonly test: RegisterTest;
  /** Makes a new strategy without candidates. */
  readonly make: (environment: StrategyEnvironment) => Strategy;
  /**
   * How idle candidates share the traffic: by `weight`, all the same (`equal`: the strategy does not know weights),
   * or neither, as in failover (`none`).
   *
   * @default 'weight'
   */
  readonly shares?: 'weight' | 'equal' | 'none';
  /** How far a share may be from the ideal, relative to it, 0–1. @default 0.1 */
  readonly toleranceRatio?: number;
  /** Whether a hash key decides: the same key must then meet the same candidate. @default false */
  readonly hashing?: boolean;
  /** Picks in each distribution test. @default 20,000 */
  readonly picks?: number;
}
