import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { PickLoop, Subject } from './subject.ts';

/** How long to measure. */
export interface MeasureOptions {
  /** Rounds after the warm-up. */
  readonly rounds: number;
  /** Length of a round, in ms; the warm-up takes five times as long. */
  readonly roundMs: number;
}

const WARM_UP_ROUNDS = 5;
const BATCH = 1_000;

/** Measures one subject with so many endpoints; returns the ns of CPU time that a pick took in each round. */
export async function measurePicks(
  subject: Subject,
  endpoints: number,
  { rounds, roundMs }: MeasureOptions,
): Promise<readonly number[]> {
  const loop = await subject.prepare(endpoints);
  const picks = warmUp(loop, roundMs);
  const results: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Timers and the garbage of the last round get their turn outside of what is measured.
    await turnOfTheLoop();
    results.push(measureRound(loop, picks));
  }
  return results;
}

/** Runs the loop until the compiler has settled; returns how many picks make a round. */
function warmUp(loop: PickLoop, roundMs: number): number {
  const start = performance.now();
  const length = WARM_UP_ROUNDS * roundMs;
  let picks = 0;
  let elapsed = 0;
  while (elapsed < length) {
    loop.run(BATCH);
    picks += BATCH;
    elapsed = performance.now() - start;
  }
  return Math.max(BATCH, Math.ceil((picks / elapsed) * roundMs));
}

function measureRound(loop: PickLoop, picks: number): number {
  // CPU time, not time: what else the machine does is none of the pick's business. Garbage collection is, and counts.
  const before = process.cpuUsage();
  const sum = loop.run(picks);
  const { user, system } = process.cpuUsage(before);
  if (!Number.isFinite(sum)) throw new Error('a pick gave nothing to add up');
  return ((user + system) * 1e3) / picks;
}
