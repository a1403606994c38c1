import type { Clock } from '../clock.ts';
import type { DiscoveryFailed } from '../cluster-event.ts';
import type { Discovery, WatchOptions } from '../discovery.ts';
import type { Endpoint } from '../endpoint.ts';
import { DiscoveryError } from '../errors.ts';
import { normaliser } from '../guard/normaliser.ts';
import { rejectionLog } from '../guard/rejection-log.ts';
import { resetDetector } from '../guard/reset-detector.ts';
import { describeError } from '../health/describe-error.ts';
import type { Random } from '../random.ts';
import { recover } from './recover.ts';

/** One source of a merge: the last good that it said, and whether it still says so. */
export interface MergeSource {
  /** Undefined until the first good snapshot. */
  readonly share: ReadonlyMap<string, Endpoint> | undefined;
  /** The share is the last good one of a source that fails, or that doubts itself. */
  readonly stale: boolean;
  /** How often the source's registry was reset. */
  readonly resets: number;
  /** Ids that deregistered since this was asked last. */
  takeDeregistered(): readonly string[];
  /** Follows the source until the signal of the options is aborted. */
  follow(): Promise<void>;
}

/** How to follow a source, and whom to tell. */
export interface MergeSourceOptions extends WatchOptions {
  /** Begins the messages of errors and events. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange: () => void;
  /** After this long in doubt the share is given up, in ms. */
  readonly maxStaleMs: number;
}

/** Makes a source that is not followed yet. */
export function mergeSource(discovery: Discovery, options: MergeSourceOptions): MergeSource {
  const { name, clock, random, signal, onChange, maxStaleMs, onEvent = () => {} } = options;
  const normal = normaliser();
  const reject = rejectionLog(onEvent, `${name}: `);
  const isReset = resetDetector();
  let share: ReadonlyMap<string, Endpoint> | undefined;
  let stale = false;
  let resets = 0;
  let deregistered: string[] = [];
  let patience: Disposable | undefined;

  const giveUp = (): void => {
    // As if they had said so themselves: that nobody vouches for them any more is no sudden loss to be held back.
    deregistered.push(...(share?.keys() ?? []));
    share = new Map();
    onEvent({
      type: 'snapshotRejected',
      message: `${name}: its endpoints are given up after ${maxStaleMs} ms without news`,
    });
    onChange();
  };
  const doubt = (isDoubtful: boolean): void => {
    stale = isDoubtful;
    if (isDoubtful) patience ??= clock.setTimer(giveUp, maxStaleMs);
    else {
      patience?.[Symbol.dispose]();
      patience = undefined;
    }
  };

  const failed = (failure: DiscoveryFailed): void => {
    const error = new DiscoveryError(`${name}: ${describeError(failure.error)}`, { cause: failure.error });
    onEvent({ ...failure, error });
    if (stale || share === undefined) return;
    doubt(true);
    onChange();
  };

  return {
    get share() {
      return share;
    },
    get stale() {
      return stale;
    },
    get resets() {
      return resets;
    },
    takeDeregistered() {
      const ids = deregistered;
      deregistered = [];
      return ids;
    },
    async follow() {
      const watch = recover(discovery, {
        signal,
        clock,
        random,
        onFailure: failed,
        onEvent: (event) => onEvent(named(event, name)),
      });
      for await (const snapshot of watch) {
        const { endpoints, problems, usable } = normal.normalise(snapshot);
        reject(
          usable ? problems : ['no endpoint of the snapshot is valid: the last good ones stay', ...problems],
        );
        doubt(!usable || snapshot.stale === true);
        if (usable) {
          share = endpoints;
          if (isReset(snapshot)) resets++;
          if (Array.isArray(snapshot.deregistered)) deregistered.push(...snapshot.deregistered);
        }
        if (share !== undefined) onChange();
      }
      patience?.[Symbol.dispose]();
    },
  };
}

type WatchEvent = Parameters<NonNullable<WatchOptions['onEvent']>>[0];

/** Events of a source's own parts, as a merge of merges has them. */
function named(event: WatchEvent, name: string): WatchEvent {
  if (event.type === 'snapshotRejected') return { ...event, message: `${name}: ${event.message}` };
  return {
    ...event,
    error: new DiscoveryError(`${name}: ${describeError(event.error)}`, { cause: event.error }),
  };
}
