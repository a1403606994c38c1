import type { Endpoint } from '../endpoint.ts';
import type { ConcurrencyLimit } from '../limit/concurrency-limit.ts';
import { createSubset } from '../subset/create-subset.ts';
import type { Subset } from '../subset/subset.ts';
import type { SubsetOptions } from '../subset/subset-options.ts';
import { Member } from './member.ts';

/** Every endpoint that is listed, or was and still has requests in flight. */
export interface MemberTable {
  readonly size: number;
  get(id: string): Member | undefined;
  all(): IterableIterator<Member>;
  /** Returns the endpoint's member, new or with everything it had learned. */
  put(endpoint: Endpoint): Member;
  /** The registry no longer lists it: it goes now, or when its last request ends. */
  remove(endpoint: Endpoint): Member | undefined;
  /** Drops a removed member that has nothing in flight any more; false when it stays. */
  release(member: Member): boolean;
  /** Gives each member its part in this client's subset. To be called after puts and removals. */
  applySubset(): void;
}

/**
 * @param makeLimit makes the concurrency limit of one endpoint
 * @param subset which part of the endpoints this client uses
 * @param onError gets what `makeLimit` threw; the endpoint is without a limit then
 */
export function memberTable(
  makeLimit: (() => ConcurrencyLimit) | undefined,
  subset: SubsetOptions | undefined,
  onError: (error: unknown) => void,
): MemberTable {
  const members = new Map<string, Member>();
  const chooser: Subset | undefined = subset && createSubset(subset);

  const limitOfOne = (): ConcurrencyLimit | undefined => {
    try {
      return makeLimit?.();
    } catch (error) {
      onError(error);
      return undefined;
    }
  };

  return {
    get size() {
      return members.size;
    },
    get: (id) => members.get(id),
    all: () => members.values(),
    put(endpoint) {
      const known = members.get(endpoint.id);
      if (known !== undefined) {
        known.endpoint = endpoint;
        known.removed = false;
        return known;
      }
      const member = new Member(endpoint, limitOfOne());
      members.set(endpoint.id, member);
      return member;
    },
    remove(endpoint) {
      const member = members.get(endpoint.id);
      if (member !== undefined) {
        member.removed = true;
        member.withdrawn = true;
        // It may be back before its last request ends: what was learned stays, what an operator did by hand does not.
        member.drained = false;
        member.weightOverride = undefined;
      }
      return member;
    },
    release(member) {
      if (!member.removed || member.inFlight > 0) return false;
      return members.delete(member.endpoint.id);
    },
    applySubset() {
      if (chooser === undefined) return;
      const listed = [...members.values()].filter((member) => !member.removed);
      // Each priority has a subset of its own: a client must reach some endpoint of every tier.
      for (const tier of Map.groupBy(listed, (member) => member.endpoint.priority).values()) {
        const shares = chooser.select(tier.map((member) => member.endpoint));
        for (const member of tier) member.subsetRatio = shares.get(member.endpoint.id) ?? 0;
      }
    },
  };
}
