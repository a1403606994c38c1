import { numberOption } from '@evenkeel/core';

/** What the load metrics have in common. */
export interface ScoreOptions {
  /** Time constant of all averages, in ms: what happened this long ago counts 37 %. At least 1. @default 10,000 */
  readonly decayMs?: number;
  /** Whether endpoints that fail count as more loaded; without it, failing fast attracts traffic. @default true */
  readonly errorAware?: boolean;
}

/** Checks the options and fills in the defaults. */
export function scoreDefaults(options: ScoreOptions): Required<ScoreOptions> {
  return {
    decayMs: numberOption('decayMs', options.decayMs, 10_000, { min: 1 }),
    errorAware: options.errorAware ?? true,
  };
}
