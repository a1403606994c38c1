import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import type { ClusterState, DiscoveryState } from '../cluster-state.ts';
import { endpointFeed, type FeedUpdate } from '../guard/endpoint-feed.ts';
import type { Judgement } from './judgement.ts';
import type { MemberTable } from './member-table.ts';
import { readiness } from './readiness.ts';
import type { Settings } from './resolve-options.ts';
import type { WarmUp } from './warm-up.ts';

/** Who belongs to the cluster, as discovery says and the guard lets through. */
export interface Membership {
  ready(signal: AbortSignal | undefined): Promise<void>;
  discoveryState(): ClusterState['discovery'];
  /** Tells the guard that active checks changed their verdict on an endpoint. */
  healthChanged(id: string): void;
  /** Stops discovery; those who wait to be ready get the error. */
  close(error: unknown): Promise<void>;
}

/** What the membership changes in its cluster. */
export interface MembershipTarget {
  readonly members: MemberTable;
  readonly judge: Judgement;
  readonly warm: WarmUp;
  readonly emit: (event: ClusterEvent) => void;
  readonly changed: () => void;
}

/** Follows discovery and keeps the table of endpoints as it says. */
export function membership(
  options: ClusterOptions,
  settings: Settings,
  target: MembershipTarget,
): Membership {
  const { clock, random } = settings;
  const { members, judge, warm } = target;
  const ready = readiness();
  let state: { name: DiscoveryState; reason: string; since: number } = {
    name: 'initial',
    reason: 'discovery has not answered yet',
    since: clock.now(),
  };

  const apply = (update: FeedUpdate): void => {
    for (const endpoint of update.removed) {
      const member = members.remove(endpoint);
      if (member === undefined) continue;
      judge.untrack(member);
      members.release(member);
    }
    for (const endpoint of update.added) warm.start(members.put(endpoint));
    for (const endpoint of update.updated) members.put(endpoint);
    members.applySubset();
    for (const member of members.all()) {
      if (member.removed) continue;
      // Only those that this client may use are worth a check.
      if (member.subsetRatio > 0) judge.track(member);
      else judge.untrack(member);
    }
    target.changed();
    const { added, removed, updated, endpoints } = update;
    target.emit({ type: 'endpointsChanged', added, removed, updated, total: endpoints.length });
    ready.resolve();
  };

  const feed = endpointFeed({
    discovery: options.discovery,
    ...(options.guard === undefined ? {} : { guard: options.guard }),
    clock,
    random,
    isHealthy(id) {
      const member = members.get(id);
      const status = member === undefined ? 'unknown' : judge.status(member);
      return status === 'unknown' ? undefined : status === 'healthy';
    },
    onUpdate: apply,
    onState(name, reason) {
      const previous = state.name;
      state = { name, reason, since: clock.now() };
      target.emit({ type: 'discoveryStateChanged', state: name, previous, reason });
    },
    onEvent: target.emit,
  });

  return {
    ready: (signal) => ready.wait(signal),
    discoveryState: () => ({ state: state.name, reason: state.reason, forMs: clock.now() - state.since }),
    healthChanged: (id) => feed.healthChanged(id),
    async close(error) {
      ready.reject(error);
      await feed.close();
    },
  };
}
