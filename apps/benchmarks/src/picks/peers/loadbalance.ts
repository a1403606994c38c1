import type { Candidate, Strategy } from '@evenkeel/core';
import {
  type Engine,
  RandomEngine,
  RoundRobinEngine,
  WeightedRandomEngine,
  WeightedRoundRobinEngine,
} from 'loadbalance';

const ENGINES = {
  RandomEngine: (list) => new RandomEngine([...list]),
  RoundRobinEngine: (list) => new RoundRobinEngine([...list]),
  WeightedRandomEngine: (list) => new WeightedRandomEngine(weighted(list)),
  WeightedRoundRobinEngine: (list) => new WeightedRoundRobinEngine(weighted(list)),
} satisfies Record<string, (list: readonly Candidate[]) => Engine<Candidate>>;

/** An engine of `loadbalance`. Those with weights keep each endpoint in their pool as often as it weighs. */
export function loadbalancePeer(name: keyof typeof ENGINES): Strategy {
  let engine: Engine<Candidate> | undefined;
  return {
    name,
    update(list) {
      engine = ENGINES[name](list);
    },
    pick: () => engine?.pick(),
  };
}

function weighted(list: readonly Candidate[]): { object: Candidate; weight: number }[] {
  return list.map((candidate) => ({ object: candidate, weight: candidate.weight }));
}
