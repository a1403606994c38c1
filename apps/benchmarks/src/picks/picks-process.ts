// Measures one subject in a process of its own, where no other strategy has made a call site take many shapes.
import { serveParent } from '../lib/processes/served.ts';
import { type Measurement, startMeasurement } from './measure.ts';
import { subjectByName } from './subjects.ts';

export interface PicksRequest {
  /** What to get ready first; in the first request alone. */
  readonly prepare?: { readonly subject: string; readonly endpoints: number; readonly roundMs: number };
  /** How many rounds to measure then. */
  readonly rounds: number;
}

/** The ns of CPU time that a pick took in each round. */
export type PicksReply = readonly number[];

let measurement: Measurement | undefined;

serveParent<PicksRequest, PicksReply>(async ({ prepare, rounds }) => {
  if (prepare !== undefined) {
    const { subject, endpoints, roundMs } = prepare;
    measurement = await startMeasurement(subjectByName(subject), endpoints, roundMs);
  }
  if (measurement === undefined) throw new Error('nothing was prepared');
  const results: number[] = [];
  for (let round = 0; round < rounds; round++) results.push(await measurement.round());
  return results;
});
