import type { Candidate, Strategy } from '@evenkeel/core';

/** How a pick breaks the contract of `Strategy`: the cluster then picks another endpoint by itself. */
export type Mispick = 'nobody' | 'excluded' | 'stranger';

/**
 * The same strategy, whose picks are watched: a cluster puts up with wrong ones, so they would show in no other figure.
 *
 * @param mispicked told of each pick of nobody although there was somebody, of an excluded endpoint, and of what is no candidate
 */
export function watchedStrategy(strategy: Strategy, mispicked: (mispick: Mispick) => void): Strategy {
  // The cluster has to say what is wrong with it.
  if (typeof strategy?.update !== 'function' || typeof strategy.pick !== 'function') return strategy;
  let candidates: ReadonlySet<unknown> = new Set();
  let list: readonly Candidate[] = [];
  return {
    get name() {
      return strategy.name;
    },
    update(next) {
      list = next;
      candidates = new Set(next);
      strategy.update(next);
    },
    pick(context, now) {
      const picked = strategy.pick(context, now);
      const { exclude } = context;
      if (picked === undefined) {
        if (list.some(({ endpoint }) => !exclude?.has(endpoint.id))) mispicked('nobody');
      } else if (!candidates.has(picked)) mispicked('stranger');
      else if (exclude?.has(picked.endpoint.id)) mispicked('excluded');
      return picked;
    },
    ...(strategy.observe && { observe: (...given) => strategy.observe?.(...given) }),
    ...(strategy.clone && {
      clone: () => watchedStrategy(strategy.clone?.() as Strategy, mispicked),
    }),
  };
}
