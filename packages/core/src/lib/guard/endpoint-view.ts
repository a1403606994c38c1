import type { Endpoint } from '../endpoint.ts';
import type { FlapFilter } from './flap-filter.ts';
import type { GuardedSet } from './guarded-set.ts';
import { sameEndpoint } from './same-endpoint.ts';

/** How the endpoints in use changed, and what they are now. An endpoint that has the same values is the same object. */
export interface FeedUpdate {
  readonly endpoints: readonly Endpoint[];
  readonly added: readonly Endpoint[];
  readonly removed: readonly Endpoint[];
  readonly updated: readonly Endpoint[];
}

/** The endpoints in use: those of the guarded set without those kept out for flapping. */
export interface EndpointView {
  /** Follows the guarded set; undefined when nothing changed. The first call always returns an update. */
  follow(set: Pick<GuardedSet, 'listed' | 'kept'>, now: number): FeedUpdate | undefined;
}

/** What the view needs to apply the flap rule. */
export interface EndpointViewOptions {
  readonly flaps: FlapFilter;
  /** The penalty never leaves fewer endpoints than this. */
  readonly minEndpoints: number;
  readonly isHealthy: (id: string) => boolean | undefined;
}

/** Makes an empty view. Survivors keep their place in the list, whatever order the registry has. */
export function endpointView({ flaps, minEndpoints, isHealthy }: EndpointViewOptions): EndpointView {
  const present = new Map<string, Endpoint>();
  let first = true;

  /** Penalties that would leave too few: the soonest to end, endpoints that no check has failed before others. */
  const spared = (): readonly string[] => {
    const penalised = [...flaps.out].filter(([id]) => present.has(id));
    if (penalised.length === 0) return [];
    let usable = 0;
    for (const id of present.keys()) {
      if (usable >= minEndpoints) return [];
      if (!flaps.out.has(id) && isHealthy(id) !== false) usable++;
    }
    const failed = (id: string): number => (isHealthy(id) === false ? 1 : 0);
    penalised.sort(([a, endA], [b, endB]) => failed(a) - failed(b) || endA - endB);
    let total = present.size - penalised.length;
    const ids: string[] = [];
    for (const [id] of penalised) {
      if (usable >= minEndpoints || (failed(id) === 1 && total >= minEndpoints)) break;
      if (failed(id) === 0) usable++;
      total++;
      ids.push(id);
    }
    return ids;
  };

  return {
    follow({ listed, kept }, now) {
      const added: Endpoint[] = [];
      const removed: Endpoint[] = [];
      const updated: Endpoint[] = [];
      const take = (endpoint: Endpoint): void => {
        const current = present.get(endpoint.id);
        if (current === endpoint || (current !== undefined && sameEndpoint(current, endpoint))) return;
        present.set(endpoint.id, endpoint);
        // What is there at the start has not joined.
        if (current === undefined && !first) flaps.joined(endpoint.id, now);
        if (!flaps.out.has(endpoint.id)) (current === undefined ? added : updated).push(endpoint);
      };
      const admit = (id: string): void => {
        const endpoint = present.get(id);
        if (endpoint !== undefined) added.push(endpoint);
      };

      for (const [id, endpoint] of present) {
        if (listed.has(id) || kept.has(id)) continue;
        present.delete(id);
        flaps.left(id, now);
        if (!flaps.out.has(id)) removed.push(endpoint);
      }
      for (const endpoint of listed.values()) take(endpoint);
      for (const { endpoint } of kept.values()) take(endpoint);
      for (const id of flaps.release(now)) admit(id);
      for (const id of spared()) {
        flaps.lift(id);
        admit(id);
      }

      if (!first && added.length + removed.length + updated.length === 0) return undefined;
      first = false;
      const all = [...present.values()];
      const endpoints = flaps.out.size === 0 ? all : all.filter(({ id }) => !flaps.out.has(id));
      return { endpoints, added, removed, updated };
    },
  };
}
