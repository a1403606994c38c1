// Measures one subject in a process of its own, where no other strategy has made a call site take many shapes.
import { serveParent } from '../lib/processes/served.ts';
import { type MeasureOptions, measurePicks } from './measure.ts';
import { SUBJECTS } from './subjects.ts';

export interface PicksRequest extends MeasureOptions {
  readonly subject: string;
  readonly endpoints: number;
}

/** The ns of CPU time that a pick took in each round. */
export type PicksReply = readonly number[];

serveParent<PicksRequest, PicksReply>(({ subject: name, endpoints, ...options }) => {
  const subject = SUBJECTS.find((candidate) => candidate.name === name);
  if (subject === undefined) throw new Error(`no subject "${name}"`);
  return measurePicks(subject, endpoints, options);
});
