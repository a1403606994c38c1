import type { RunningProgram } from '@evenkeel/services';
import type { Answer } from '../lib/load/open-loop.ts';
import type { FaultContender } from './contenders.ts';
import type { KillableEndpoint } from './endpoints.ts';

/** What a scenario may touch while the load runs. */
export interface Stage {
  readonly contender: FaultContender;
  readonly proxy: RunningProgram;
  /** Three of them, which take 5, 10 and 20 ms. */
  readonly endpoints: readonly [KillableEndpoint, KillableEndpoint, KillableEndpoint];
  readonly durationMs: number;
  /** Waits until so much of the load's time has passed, in ms. */
  until(atMs: number): Promise<void>;
}

/** What the load of one scenario came to. */
export interface Outcome {
  readonly answers: readonly Answer[];
  /** Ids of POST requests, as often as they reached an endpoint. */
  readonly posted: readonly string[];
  /** The 99th percentile without any fault, in ms. */
  readonly idleP99Ms: number;
}

/** Something that goes wrong under load, and what is promised all the same. */
export interface Scenario {
  readonly name: string;
  /** What it does, for the reader of the table. */
  readonly summary: string;
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST';
  /** How long the load lasts, in ms. */
  readonly durationMs: number;
  /** Takes what it opens away again by itself or by the end of the load. */
  act(stage: Stage): Promise<void>;
  /** What is promised of the outcome. */
  judge(outcome: Outcome): readonly Verdict[];
}

/** One promised figure. */
export interface Verdict {
  readonly figure: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: string;
}
