import type { Candidate, PickContext, Strategy } from '@evenkeel/core';

/** A strategy that gives the same key the same candidate as long as it can. {@link boundedLoad} builds on any of them. */
export interface HashStrategy extends Strategy {
  /**
   * Returns the first candidate that `accepts` says yes to: the key's owner first, then others in an order that looks
   * random but is the same for the same key (arXiv 1908.08762). Undefined when all candidates were refused or excluded.
   */
  pickWhere(context: PickContext, accepts: (candidate: Candidate) => boolean): Candidate | undefined;
  clone(): HashStrategy;
}
