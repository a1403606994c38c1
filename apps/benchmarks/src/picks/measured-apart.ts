import { startChild } from '../lib/processes/child.ts';
import type { PicksReply, PicksRequest } from './picks-process.ts';

/** A subject in a process of its own that has warmed up. */
export interface MeasuredApart extends AsyncDisposable {
  /** Measures so many rounds more; returns the ns of CPU time that a pick took in each. */
  measure(rounds: number): Promise<readonly number[]>;
}

/** Starts a process for one subject and one number of endpoints. */
export async function measureApart(
  subject: string,
  endpoints: number,
  roundMs: number,
): Promise<MeasuredApart> {
  const child = startChild<PicksRequest, PicksReply>(new URL('./picks-process.ts', import.meta.url));
  try {
    await child.ask({ prepare: { subject, endpoints, roundMs }, rounds: 0 });
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  return {
    measure: (rounds) => child.ask({ rounds }),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
