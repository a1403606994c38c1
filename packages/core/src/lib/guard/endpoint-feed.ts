import type { Clock } from '../clock.ts';
import type { DiscoveryFailed, SnapshotRejected } from '../cluster-event.ts';
import type { DiscoveryState } from '../cluster-state.ts';
import { recover } from '../discovery/recover.ts';
import type { Discovery, Snapshot } from '../discovery.ts';
import { describeError } from '../health/describe-error.ts';
import type { Random } from '../random.ts';
import { alarm } from './alarm.ts';
import { debouncer } from './debounce.ts';
import { endpointView, type FeedUpdate } from './endpoint-view.ts';
import { flapFilter } from './flap-filter.ts';
import type { GuardOptions } from './guard-options.ts';
import { guardedSet } from './guarded-set.ts';
import { normaliser } from './normaliser.ts';
import { rejectionLog } from './rejection-log.ts';
import { resetDetector } from './reset-detector.ts';
import { resolveGuardOptions } from './resolve-guard-options.ts';
import { stopwatch } from './stopwatch.ts';

export type { FeedUpdate };

/** Where endpoints come from, and whom to tell. No callback is called before `endpointFeed` has returned, nor after `close`; none may throw. */
export interface EndpointFeedOptions {
  readonly discovery: Discovery;
  readonly guard?: GuardOptions;
  readonly clock: Clock;
  readonly random: Random;
  /** Verdict of the active checks, for rules that keep an absent endpoint: undefined when unknown. */
  readonly isHealthy: (id: string) => boolean | undefined;
  /** Called when the endpoints in use differ from the last call's, and for the first snapshot even if it is empty. */
  readonly onUpdate: (update: FeedUpdate) => void;
  /** Called when the state changes, and when one hold follows another. */
  readonly onState: (state: DiscoveryState, reason: string) => void;
  readonly onEvent: (event: DiscoveryFailed | SnapshotRejected) => void;
}

/** A running feed: discovery → recovery → validation → guard rules → debounce → difference. */
export interface EndpointFeed {
  readonly state: DiscoveryState;
  /** Tells that the verdict of the active checks on an endpoint changed, so that a suspect can be dropped at once. */
  healthChanged(id: string): void;
  /** Ends the watch, waiting at most a second for the driver's clean-up. */
  close(): Promise<void>;
}

/**
 * Follows a discovery and passes on what the guard lets through. The first snapshot is passed on without delay.
 *
 * @throws InvalidOptionsError when an option of the guard is out of its range
 */
export function endpointFeed(options: EndpointFeedOptions): EndpointFeed {
  const { discovery, clock, random, isHealthy, onUpdate, onState } = options;
  const settings = resolveGuardOptions(options.guard);
  const controller = new AbortController();
  const { signal } = controller;
  // A driver may report trouble while it cleans up.
  const onEvent: EndpointFeedOptions['onEvent'] = (event) => {
    if (!signal.aborted) options.onEvent(event);
  };
  const normal = normaliser();
  const reject = rejectionLog(onEvent);
  const isReset = resetDetector();
  // Holds do not run out while the registry is away: an outage confirms nothing.
  const liveTime = stopwatch(clock);
  const set = guardedSet({ settings, now: () => liveTime.now(), isHealthy });
  const flaps = flapFilter(settings);
  const view = endpointView({ flaps, minEndpoints: settings.flapMinEndpoints, isHealthy });

  let state: DiscoveryState = 'initial';
  let reason = '';
  let answered = false;
  let staleReason: string | undefined;
  let giveUpAt = Number.POSITIVE_INFINITY;

  const changes = debouncer({
    clock,
    quietMs: settings.debounceMs,
    maxMs: settings.debounceMaxMs,
    run() {
      const update = view.follow(set, clock.now());
      setDeadline();
      if (update !== undefined) onUpdate(update);
      return update !== undefined;
    },
  });
  const deadline = alarm(clock, () => {
    if (clock.now() >= giveUpAt) {
      giveUpAt = Number.POSITIVE_INFINITY;
      set.giveUp();
    } else if (!liveTime.paused) set.expire();
    settle();
  });

  const settle = (): void => {
    // A callback may have closed the feed meanwhile.
    if (signal.aborted) return;
    showState();
    setDeadline();
    if (answered) changes.request();
  };
  const setDeadline = (): void => {
    const holdEnds = liveTime.paused ? Infinity : clock.now() + set.nextDeadline() - liveTime.now();
    deadline.set(Math.min(holdEnds, flaps.nextRelease(), giveUpAt));
  };
  const showState = (): void => {
    const [next, why] = currentState();
    if (next === state && (next !== 'held' || why === reason)) return;
    state = next;
    reason = why;
    onState(next, why);
  };
  const currentState = (): readonly [DiscoveryState, string] => {
    if (!answered) return ['initial', reason];
    if (staleReason !== undefined) return ['stale', staleReason];
    const { holdReason } = set;
    if (holdReason !== undefined) return ['held', holdReason];
    return set.listed.size === 0 ? ['empty', 'the registry lists nobody'] : ['live', 'the registry answers'];
  };

  const doubt = (why: string): void => {
    if (answered) giveUpAt = Math.min(giveUpAt, clock.now() + settings.maxStaleMs);
    staleReason = why;
    liveTime.pause();
  };
  const trust = (): void => {
    giveUpAt = Number.POSITIVE_INFINITY;
    staleReason = undefined;
    liveTime.resume();
  };

  const receive = (snapshot: Snapshot): void => {
    const { endpoints, problems, usable } = normal.normalise(snapshot);
    reject(
      usable ? problems : ['no endpoint of the snapshot is valid: the last good ones stay', ...problems],
    );
    if (!usable) doubt('the last snapshot has no valid endpoint');
    else {
      answered = true;
      const stale = snapshot.stale === true;
      if (stale) doubt('the registry says that its answer may be out of date');
      else trust();
      set.accept({ endpoints, stale, reset: isReset(snapshot), deregistered: idsOf(snapshot.deregistered) });
    }
    settle();
  };

  const follow = async (): Promise<void> => {
    // A driver may report trouble as soon as it is asked; the caller has the feed by then.
    await Promise.resolve();
    const watch = recover(discovery, {
      signal,
      clock,
      random,
      onEvent,
      onFailure(failure) {
        doubt(`the registry cannot be read: ${describeError(failure.error)}`);
        onEvent(failure);
        settle();
      },
    });
    for await (const snapshot of watch) receive(snapshot);
  };
  const following = follow();

  return {
    get state() {
      return state;
    },
    healthChanged(id) {
      if (signal.aborted) return;
      // A failed check may also leave too few endpoints beside those under penalty.
      if (!set.healthChanged(id) && flaps.out.size === 0) return;
      showState();
      changes.request();
    },
    async close() {
      controller.abort();
      changes[Symbol.dispose]();
      deadline[Symbol.dispose]();
      await following;
    },
  };
}

function idsOf(list: unknown): ReadonlySet<string> {
  return new Set(Array.isArray(list) ? list : []);
}
