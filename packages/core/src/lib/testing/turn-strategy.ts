import type { PickContext } from '../balancer.ts';
import type { Candidate, Observation, Strategy } from '../strategy.ts';

/** A strategy that gives everyone its turn in order and remembers what it was told, for tests of the cluster. */
export interface TurnStrategy extends Strategy {
  readonly candidates: readonly Candidate[];
  readonly updates: number;
  readonly observed: readonly { readonly id: string; readonly kind: Observation['kind'] }[];
}

/** Takes turns from the first candidate on; ignores weights and exclusions, as a hasty user's strategy might. */
export function turnStrategy(): TurnStrategy {
  const observed: { id: string; kind: Observation['kind'] }[] = [];
  let candidates: readonly Candidate[] = [];
  let updates = 0;
  let turn = 0;
  return {
    name: 'turns',
    get candidates() {
      return candidates;
    },
    get updates() {
      return updates;
    },
    observed,
    update(next) {
      candidates = next;
      updates++;
    },
    pick(_context: PickContext) {
      return candidates[turn++ % candidates.length];
    },
    observe(candidate, observation) {
      observed.push({ id: candidate.endpoint.id, kind: observation.kind });
    },
    clone: turnStrategy,
  };
}
