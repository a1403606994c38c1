import { type PickContext, type Strategy, seededRandom } from '@evenkeel/core';
import { type BenchCandidate, benchCandidates, teach } from './bench-candidate.ts';
import { keyedContexts } from './contexts.ts';
import type { PickLoop, Subject } from './subject.ts';

/** What a strategy is measured with. */
export interface StrategySubjectOptions {
  /** The most that a pick may cost, in ns. */
  readonly targetNs?: number;
  /** Whether each pick has a hash key, a different one for each. */
  readonly keyed?: boolean;
  /** Whether endpoints weigh from 1 to 5, and not 1 each. */
  readonly weighted?: boolean;
}

// What passes between two picks, in ms. The time is handed in, as a cluster does, which reads its clock once for each pick.
const PICK_MS = 0.001;
// Powers of two, so that the loop needs no division.
const OPEN_PICKS = 64;
const KEYS = 4_096;
const NO_CONTEXT: PickContext = Object.freeze({});

/** Measures `strategy.pick` alone, with a number of picks always in flight so that loads keep changing. */
export function strategySubject(
  name: string,
  make: () => Strategy | Promise<Strategy>,
  { targetNs, keyed = false, weighted = false }: StrategySubjectOptions = {},
): Subject {
  return {
    name,
    ...(targetNs === undefined ? {} : { targetNs }),
    async prepare(endpoints) {
      const strategy = await make();
      const candidates = benchCandidates(endpoints, weighted);
      strategy.update(candidates);
      teach(strategy, candidates, seededRandom(endpoints));
      // Some take in what they learned at the next update only.
      strategy.update(candidates);
      return new StrategyLoop(strategy, candidates, keyed ? keyedContexts(KEYS) : [NO_CONTEXT]);
    },
  };
}

class StrategyLoop implements PickLoop {
  private readonly strategy: Strategy;
  private readonly contexts: readonly PickContext[];
  private readonly open: BenchCandidate[];
  private turn = 0;
  private now: number = performance.now();

  constructor(strategy: Strategy, candidates: readonly BenchCandidate[], contexts: readonly PickContext[]) {
    this.strategy = strategy;
    this.contexts = contexts;
    this.open = Array.from({ length: OPEN_PICKS }, (_, index) => {
      const candidate = candidates[index % candidates.length] as BenchCandidate;
      candidate.inFlight++;
      return candidate;
    });
  }

  run(picks: number): number {
    const { strategy, contexts, open } = this;
    const contextMask = contexts.length - 1;
    let { turn, now } = this;
    let sum = 0;
    for (let i = 0; i < picks; i++) {
      now += PICK_MS;
      const context = contexts[turn & contextMask] ?? NO_CONTEXT;
      const picked = strategy.pick(context, now) as BenchCandidate | undefined;
      if (picked === undefined) throw new Error(`${strategy.name} declined to pick`);
      const slot = turn & (OPEN_PICKS - 1);
      const ended = open[slot] as BenchCandidate;
      ended.inFlight--;
      picked.inFlight++;
      open[slot] = picked;
      sum += picked.inFlight;
      turn++;
    }
    this.turn = turn & 0x3fff_ffff;
    this.now = now;
    return sum;
  }
}
