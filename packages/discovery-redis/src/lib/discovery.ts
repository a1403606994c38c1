import {
  type Clock,
  checkKeys,
  type Discovery,
  type KnownKeys,
  numberOption,
  type Random,
  type Snapshot,
  systemClock,
} from '@evenkeel/core';
import { discoveryFailure, jittered, readPace, wakeUp } from '@evenkeel/core/driver';
import { type Connection, openConnection } from './connection.ts';
import { CONNECTION_KEYS, type RedisConnectionOptions, redisPlace } from './connection-options.ts';
import { paceFailure } from './failure-pace.ts';
import { type KeyOptions, serviceKeys } from './keys.ts';
import { probe } from './probe.ts';
import { READ, READ_PLAIN } from './scripts.ts';
import { createView, type Reading } from './view.ts';

/** Which service is watched, and where. */
export interface RedisDiscoveryOptions extends RedisConnectionOptions, KeyOptions {
  /** How often all is read although no message came, ± 20 %, in ms. @default 15_000 */
  readonly pollMs?: number;
  /**
   * How often the plain form is read, which has no messages, ± 20 %, in ms; an empty service too. @default
   * 5_000
   */
  readonly plainPollMs?: number;
  /** How often the subscribed connection is asked whether it is alive, in ms. @default 5_000 */
  readonly pingMs?: number;
  /** How long connecting, and each answer, may take, in ms. @default 2_000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

const KEYS: KnownKeys<RedisDiscoveryOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  prefix: true,
  plainPrefix: true,
  pollMs: true,
  plainPollMs: true,
  pingMs: true,
  timeoutMs: true,
  clock: true,
  random: true,
};

/** A lease is over when its last millisecond is. */
const AFTER_EXPIRY_MS = 2;
const JITTER_RATIO = 0.2;

/**
 * A discovery of endpoints that registered themselves in Redis with `redisRegistrar`, or, where nobody did,
 * that are listed at the plain key `services:<service>`, whatever its type.
 *
 * A change is seen when its message arrives, the end of a lease by a timer. All is read anew after each
 * (re)subscription, as messages are lost while nobody listens.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range; a watch throws DiscoveryError
 */
export function redisDiscovery(options: RedisDiscoveryOptions): Discovery {
  checkKeys('', options, KEYS);
  const place = redisPlace(options);
  const keys = serviceKeys(options);
  const { clock = systemClock, random = Math.random } = options;
  const pollMs = numberOption('pollMs', options.pollMs, 15_000, { min: 50 });
  const plainPollMs = numberOption('plainPollMs', options.plainPollMs, 5_000, { min: 50 });
  const pingMs = numberOption('pingMs', options.pingMs, 5_000, { min: 10 });
  const timeoutMs = numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1 });

  /** How long a reading is good for if nothing is heard. */
  const goodForMs = ({ snapshot, revision, expiresInMs }: Reading): number => {
    const isQuiet = revision === undefined || snapshot.endpoints.length === 0;
    const everyMs = isQuiet ? Math.min(plainPollMs, pollMs) : pollMs;
    return Math.min(jittered(everyMs, JITTER_RATIO, random), Math.max(0, expiresInMs) + AFTER_EXPIRY_MS);
  };

  return {
    async *watch({ signal, onEvent }) {
      const own = new AbortController();
      const news = wakeUp(clock);
      const nextReadAt = readPace(clock);
      const view = createView({
        plainKey: keys.plain,
        onProblem: (message) => onEvent?.({ type: 'snapshotRejected', message }),
      });
      const left = new Set<string>();
      let connection: Connection | undefined;
      let revision: string | undefined;

      const onAbort = (): void => {
        own.abort(signal.reason);
        news.fail(signal.reason);
        // Idle connections of a consumer that does not ask for more go at once, too. It never rejects.
        void connection?.close();
      };
      const onMessage = (message: string): void => {
        const [next, id] = splitOnce(message);
        if (id !== '') left.add(id);
        if (id !== '' || next !== revision) news.notify();
      };
      const read = async (from: Connection): Promise<Reading> => {
        const leased = view.leased(await from.run(READ, keys.leased));
        const reading = leased ?? view.plain(await from.run(READ_PLAIN, [keys.plain]));
        revision = reading.revision;
        return reading;
      };

      if (signal.aborted) return;
      const startedAt = clock.now();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        connection = await openConnection({
          place,
          clock,
          timeoutMs,
          signal: own.signal,
          onLost: (error) => news.fail(error),
        });
        await connection.subscribe(keys.channel, onMessage);
        void probe({
          clock,
          intervalMs: pingMs,
          signal: own.signal,
          ask: connection.ping,
          onFailure: (error) => news.fail(error),
        });
        for (;;) {
          const reading = await read(connection);
          const latest = clock.now() + goodForMs(reading);
          const earliest = nextReadAt();
          yield withDeregistered(reading.snapshot, left);
          await news.wait({ earliest, latest });
        }
      } catch (error) {
        own.abort();
        if (connection !== undefined) {
          await connection.close();
          await paceFailure(clock, startedAt, signal);
        }
        if (!signal.aborted)
          throw discoveryFailure(`redis ${place.name}, service "${options.service}"`, error);
      } finally {
        signal.removeEventListener('abort', onAbort);
        own.abort();
        await connection?.close();
      }
    },
  };
}

/** Takes those that left by their own word and are not back. */
function withDeregistered(snapshot: Snapshot, left: Set<string>): Snapshot {
  if (left.size === 0) return snapshot;
  for (const { id } of snapshot.endpoints) left.delete(id);
  const deregistered = [...left];
  left.clear();
  return { ...snapshot, deregistered };
}

function splitOnce(message: string): readonly [string, string] {
  const space = message.indexOf(' ');
  return space === -1 ? [message, ''] : [message.slice(0, space), message.slice(space + 1)];
}
