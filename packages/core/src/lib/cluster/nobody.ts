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
  readonly candidates: readonly { readonly full: boolean }[];
  readonly strategy: string;
}

/** Says why nobody could be picked. */
export function nobody(want: Want): EvenkeelError {
  return withoutStack(() => {
    if (want.closed) return new EvenkeelError('ERR_EVENKEEL_CLOSED', `cluster "${want.name}" is closed`);
    const { length } = want.candidates;
    if (length > 0 && want.candidates.every(({ full }) => full))
      return new OverloadedError(want.name, length);
    return new NoEndpointsError(want.name, want.counts, reason(want));
  });
}

function reason({ discovery, counts, candidates, strategy }: Want): string {
  if (candidates.length > 0) return `strategy "${strategy}" picked none of ${candidates.length} candidates`;
  if (discovery === 'initial') return 'discovery has not answered yet';
  if (counts.known === 0) return 'discovery lists no endpoint';
  if (counts.draining === counts.known) return 'every endpoint is draining';
  return 'no endpoint is healthy';
}
