import type { DiscoveryState } from '../cluster-state.ts';
import type { EndpointCounts } from '../errors.ts';
import { EvenkeelError, NoEndpointsError, OverloadedError, withoutStack } from '../errors.ts';

/** What a cluster knows when it has nobody to pick. */
export interface Want {
  readonly name: string;
  readonly closed: boolean;
  readonly discovery: DiscoveryState;
  readonly counts: EndpointCounts;
  /** Endpoints that strategies could choose from. */
  readonly candidates: number;
}

/** Says why nobody could be picked. */
export function nobody(want: Want): EvenkeelError {
  return withoutStack(() => {
    if (want.closed) return new EvenkeelError('ERR_EVENKEEL_CLOSED', `cluster "${want.name}" is closed`);
    if (want.candidates > 0) return new OverloadedError(want.name, want.candidates);
    return new NoEndpointsError(want.name, want.counts, reason(want));
  });
}

function reason({ discovery, counts }: Want): string {
  if (discovery === 'initial') return 'discovery has not answered yet';
  if (counts.known === 0) return 'discovery lists no endpoint';
  if (counts.draining === counts.known) return 'every endpoint is draining';
  return 'no endpoint is healthy';
}
