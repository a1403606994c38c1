import type { Endpoint } from '../endpoint.ts';
import { emptyHold } from './empty-hold.ts';
import { type KeepReason, type Kept, keptEndpoints } from './kept-endpoints.ts';
import { isMassRemoval } from './mass-removal.ts';
import type { GuardSettings } from './resolve-guard-options.ts';

/** A snapshot whose endpoints are valid, with all that the rules ask of it. */
export interface CheckedSnapshot {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly deregistered: ReadonlySet<string>;
  readonly stale: boolean;
  /** Whether it is the first after a reset of the registry. */
  readonly reset: boolean;
}

/** Those that the registry lists, and those that the rules keep although it does not. The two never overlap. */
export interface GuardedSet {
  readonly listed: ReadonlyMap<string, Endpoint>;
  readonly kept: ReadonlyMap<string, Kept>;
  /** Why endpoints are held against the last snapshot; undefined when none are. */
  readonly holdReason: string | undefined;
  accept(snapshot: CheckedSnapshot): void;
  /** Takes a new verdict of the active checks; true when it drops the endpoint. */
  healthChanged(id: string): boolean;
  /** Drops those whose time is over. */
  expire(): void;
  /** Forgets all endpoints. */
  giveUp(): void;
  /** When `expire` has work next, `Infinity` if never. */
  nextDeadline(): number;
}

/** What the rules need beside snapshots. */
export interface GuardedSetOptions {
  readonly settings: GuardSettings;
  /** The time of holds, in ms; it may stand still. */
  readonly now: () => number;
  readonly isHealthy: (id: string) => boolean | undefined;
}

const HOLD_REASONS: readonly (readonly [KeepReason, string])[] = [
  ['empty', 'the registry suddenly lists nobody: waiting for confirmation'],
  ['reset', 'the registry was reset: waiting until it is filled again'],
  ['massRemoval', 'too many endpoints vanished at once: keeping them as suspects'],
];

/** Makes the rules for absent endpoints: empty hold, reset, mass removal, absent but healthy. */
export function guardedSet(options: GuardedSetOptions): GuardedSet {
  const { settings, now, isHealthy } = options;
  const kept = keptEndpoints();
  const empty = emptyHold(settings);
  let listed: ReadonlyMap<string, Endpoint> = new Map();
  let resetUntil = Number.NEGATIVE_INFINITY;

  const release = (endpoint: Endpoint): void => {
    if (settings.keepAbsentHealthy && isHealthy(endpoint.id) === true)
      kept.add(endpoint, 'healthy', Infinity);
    else kept.remove(endpoint.id);
  };
  const suspect = (endpoint: Endpoint, reason: KeepReason, until: number): void => {
    if (isHealthy(endpoint.id) !== false) kept.add(endpoint, reason, until);
  };

  /** Ends the stay of those that are back or have deregistered; returns those whose absence is news. */
  const newlyAbsent = ({ endpoints, deregistered }: CheckedSnapshot): Endpoint[] => {
    const absent: Endpoint[] = [];
    for (const [id, endpoint] of listed) {
      if (!endpoints.has(id) && !deregistered.has(id)) absent.push(endpoint);
    }
    for (const [id, { endpoint, reason }] of kept.byId) {
      const settled = endpoints.has(id) || deregistered.has(id);
      if (!settled && reason !== 'stale' && reason !== 'empty') continue;
      kept.remove(id);
      if (!settled) absent.push(endpoint);
    }
    return absent;
  };

  return {
    get listed() {
      return listed;
    },
    kept: kept.byId,
    get holdReason() {
      return HOLD_REASONS.find(([reason]) => kept.count(reason) > 0)?.[1];
    },

    accept(snapshot) {
      const { endpoints, stale, reset } = snapshot;
      const time = now();
      const before = listed.size + kept.count('stale') + kept.count('empty');
      const absent = newlyAbsent(snapshot);
      listed = endpoints;
      if (reset) resetUntil = time + settings.resetHoldMs;

      if (stale) {
        for (const endpoint of absent) kept.add(endpoint, 'stale', Infinity);
      } else if (endpoints.size === 0 && absent.length > 0 && empty.holds(time)) {
        for (const endpoint of absent) kept.add(endpoint, 'empty', Infinity);
      } else {
        empty.clear();
        if (endpoints.size === 0) for (const endpoint of absent) release(endpoint);
        else if (time < resetUntil) for (const endpoint of absent) suspect(endpoint, 'reset', resetUntil);
        else if (isMassRemoval(absent.length, before, settings)) {
          const until = time + settings.massRemovalHoldMs;
          for (const endpoint of absent) suspect(endpoint, 'massRemoval', until);
        } else for (const endpoint of absent) release(endpoint);
      }
    },

    healthChanged(id) {
      const reason = kept.byId.get(id)?.reason;
      const dropped =
        reason === 'healthy'
          ? isHealthy(id) !== true
          : (reason === 'reset' || reason === 'massRemoval') && isHealthy(id) === false;
      return dropped && kept.remove(id);
    },

    expire() {
      const time = now();
      const emptyIsOver = empty.deadline <= time;
      if (emptyIsOver) empty.clear();
      for (const { endpoint, reason, until } of kept.byId.values()) {
        if (until <= time || (emptyIsOver && reason === 'empty')) release(endpoint);
      }
    },

    giveUp() {
      listed = new Map();
      kept.clear();
      empty.clear();
    },

    nextDeadline: () => Math.min(kept.nextDeadline(), empty.deadline),
  };
}
