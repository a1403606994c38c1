import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { PickLoop, Subject } from './subject.ts';

const WARM_UP_ROUNDS = 5;
const BATCH = 1_000;

/** A subject that has warmed up. */
export interface Measurement {
  /** @returns the ns of CPU time that a pick took in one round more */
  round(): Promise<number>;
}

/** Gets one subject ready with so many endpoints, and warms it up. */
export async function startMeasurement(
  subject: Subject,
  endpoints: number,
  roundMs: number,
): Promise<Measurement> {
  const loop = await subject.prepare(endpoints);
  const picks = warmUp(loop, roundMs);
  return {
    async round() {
      // Timers and the garbage of the last round get their turn outside of what is measured.
      await turnOfTheLoop();
      return measureRound(loop, picks);
    },
  };
}

/** Runs the loop for the length of five rounds, until the compiler has settled; returns how many picks make a round. */
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
