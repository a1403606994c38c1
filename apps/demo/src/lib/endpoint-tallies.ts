import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { RunningTally } from './tally.ts';

/** What each endpoint did for the two clusters, by its id. */
export interface EndpointTallies extends Disposable {
  of(id: string): RunningTally;
}

/** Follows every finished pick of the process over the channel `evenkeel:done`. */
export function endpointTallies(): EndpointTallies {
  const tallies = new Map<string, RunningTally>();
  const of = (id: string): RunningTally => {
    const known = tallies.get(id) ?? new RunningTally();
    tallies.set(id, known);
    return known;
  };
  const onDone = (message: unknown): void => {
    const { endpoint, kind, latencyMs } = message as DoneMessage;
    if (kind !== 'cancelled') of(endpoint.id).add(kind === 'success', latencyMs);
  };
  subscribe('evenkeel:done', onDone);
  return { of, [Symbol.dispose]: () => void unsubscribe('evenkeel:done', onDone) };
}

interface DoneMessage {
  readonly endpoint: { readonly id: string };
  readonly kind: 'success' | 'failure' | 'cancelled';
  readonly latencyMs: number;
}
