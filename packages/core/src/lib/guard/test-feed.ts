import type { DiscoveryFailed, SnapshotRejected } from '../cluster-event.ts';
import type { DiscoveryState } from '../cluster-state.ts';
import type { Discovery } from '../discovery.ts';
import { seededRandom } from '../random.ts';
import { type ManualClock, manualClock } from '../testing/manual-clock.ts';
import { type ManualDiscovery, manualDiscovery } from '../testing/manual-discovery.ts';
import { type EndpointFeed, endpointFeed, type FeedUpdate } from './endpoint-feed.ts';
import type { GuardOptions } from './guard-options.ts';

/** A feed on a manual clock that writes down all it is told. */
export interface TestFeed {
  readonly feed: EndpointFeed;
  readonly clock: ManualClock;
  readonly discovery: ManualDiscovery;
  readonly health: Map<string, boolean>;
  readonly updates: FeedUpdate[];
  readonly states: [DiscoveryState, string][];
  readonly events: (DiscoveryFailed | SnapshotRejected)[];
  /** Ids in use now, sorted. */
  ids(): string[];
}

/** Makes a feed for tests; of a manual discovery unless another is given. */
export function testFeed(
  guard: GuardOptions = {},
  other?: Discovery,
  onState: (state: DiscoveryState) => void = () => {},
): TestFeed {
  const clock = manualClock();
  const discovery = manualDiscovery();
  const health = new Map<string, boolean>();
  const updates: FeedUpdate[] = [];
  const states: [DiscoveryState, string][] = [];
  const events: (DiscoveryFailed | SnapshotRejected)[] = [];
  const feed = endpointFeed({
    discovery: other ?? discovery,
    guard,
    clock,
    random: seededRandom(1),
    isHealthy: (id) => health.get(id),
    onUpdate: (update) => updates.push(update),
    onState(state, reason) {
      states.push([state, reason]);
      onState(state);
    },
    onEvent: (event) => events.push(event),
  });
  const ids = (): string[] => (updates.at(-1)?.endpoints ?? []).map(({ id }) => id).sort();
  return { feed, clock, discovery, health, updates, states, events, ids };
}
