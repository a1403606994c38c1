import { type Behaviour, healthy } from '../lib/endpoints/behaviour.ts';

/** Something wrong with one endpoint of several. */
export interface Fault {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** Share of the requests that is enough, where each failure takes long, 0–1. @default 1 */
  readonly requestRatio?: number;
}

/** How long a healthy endpoint takes, in ms. */
export const HEALTHY_MS = 5;

/** All faults, by the name that the command line knows. */
export const FAULTS: readonly Fault[] = [
  { name: 'dead', behaviour: { kind: 'refuse' } },
  { name: 'status500', behaviour: { kind: 'answer', statusCode: 500, delayMs: HEALTHY_MS } },
  { name: 'fast500', behaviour: { kind: 'answer', statusCode: 500, delayMs: 0 } },
  { name: 'hanging', behaviour: { kind: 'hang' }, requestRatio: 0.5 },
  { name: 'resetting', behaviour: { kind: 'reset' } },
  { name: 'closing', behaviour: { kind: 'close' } },
  { name: 'slow', behaviour: healthy(10 * HEALTHY_MS) },
];
