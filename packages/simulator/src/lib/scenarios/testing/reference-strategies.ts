import type { Candidate, Observation, PickContext, Random, Strategy } from '@evenkeel/core';
import type { StrategyFactory } from '../../strategy-factory.ts';

/** What a plain strategy compares; smaller is better. */
export interface PlainLoad {
  load(candidate: Candidate, now: number): number;
  observe?(candidate: Candidate, observation: Observation): void;
}

/** Requests in flight for each unit of weight, and nothing else. */
const plainInFlight: PlainLoad = { load: ({ inFlight, weight }) => inFlight / weight };

/**
 * Two choices as most balancers make them: two distinct candidates drawn by weight, the one of less load wins, and a coin
 * decides between equals. Failures play no part.
 *
 * @param choices how many are drawn
 */
export function plainChoices(choices = 2, makeLoad: () => PlainLoad = () => plainInFlight): StrategyFactory {
  return ({ random, clock }) => {
    const { load, observe } = makeLoad();
    return plain(`plain-${choices}-choices`, observe, (candidates) => {
      const now = clock.now();
      const drawn: Candidate[] = [];
      while (drawn.length < Math.min(choices, candidates.length)) {
        drawn.push(drawByWeight(candidates, drawn, random));
      }
      let best = drawn[0];
      let lowest = Number.POSITIVE_INFINITY;
      let equals = 0;
      for (const candidate of drawn) {
        const score = load(candidate, now);
        if (score > lowest) continue;
        equals = score === lowest ? equals + 1 : 1;
        if (random() * equals < 1) best = candidate;
        lowest = score;
      }
      return best;
    });
  };
}

/** The fewest requests in flight of all; of equals the first after a random position. */
export const plainFullScan: StrategyFactory = ({ random }) =>
  plain('plain-full-scan', undefined, (candidates) => {
    const start = Math.floor(random() * candidates.length);
    let best = -1;
    let lowest = Number.POSITIVE_INFINITY;
    for (let step = 0; step < candidates.length; step++) {
      const slot = (start + step) % candidates.length;
      const load = plainInFlight.load(candidates[slot] as Candidate, 0);
      if (load >= lowest) continue;
      best = slot;
      lowest = load;
    }
    return candidates[best];
  });

/**
 * Finagle's peak EWMA: a latency above the average replaces it, one below lowers it with the time since the last one; the
 * average fades the same way while nothing comes in, and is multiplied by the requests in flight and one more.
 */
export function finaglePeak(decayMs = 10_000): PlainLoad {
  const known = new Map<Candidate, { cost: number; at: number }>();
  const learn = (candidate: Candidate, latencyMs: number, at: number): number => {
    const { cost, at: before } = known.get(candidate) ?? { cost: 0, at };
    const left = Math.exp(-(at - before) / decayMs);
    const next = latencyMs > cost ? latencyMs : cost * left + latencyMs * (1 - left);
    known.set(candidate, { cost: next, at });
    return next;
  };
  return {
    load(candidate, now) {
      const cost = learn(candidate, 0, now);
      // One that nothing is known of gets a single request until it has answered.
      if (cost === 0 && candidate.inFlight > 0) return Number.MAX_VALUE / 2 + candidate.inFlight;
      return cost * (candidate.inFlight + 1);
    },
    observe(candidate, { latencyMs, at }) {
      learn(candidate, latencyMs, at);
    },
  };
}

/** Any at random, by weight. */
export const plainRandom: StrategyFactory = ({ random }) =>
  plain('plain-random', undefined, (candidates) => drawByWeight(candidates, [], random));

function plain(
  name: string,
  observe: PlainLoad['observe'],
  choose: (candidates: readonly Candidate[]) => Candidate | undefined,
): Strategy {
  let all: readonly Candidate[] = [];
  return {
    name,
    update(candidates) {
      all = candidates;
    },
    pick({ exclude }: PickContext) {
      const allowed =
        exclude === undefined || exclude.size === 0
          ? all
          : all.filter(({ endpoint }) => !exclude.has(endpoint.id));
      return allowed.length === 0 ? undefined : choose(allowed);
    },
    ...(observe === undefined ? {} : { observe }),
  };
}

function drawByWeight(
  candidates: readonly Candidate[],
  without: readonly Candidate[],
  random: Random,
): Candidate {
  let total = 0;
  for (const candidate of candidates) if (!without.includes(candidate)) total += candidate.weight;
  let left = random() * total;
  let last: Candidate | undefined;
  for (const candidate of candidates) {
    if (without.includes(candidate)) continue;
    last = candidate;
    left -= candidate.weight;
    if (left < 0) break;
  }
  return last as Candidate;
}
