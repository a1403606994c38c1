import {
  type Clock,
  checkKeys,
  type Discovery,
  DiscoveryError,
  type KnownKeys,
  numberOption,
  type Random,
  type Snapshot,
  systemClock,
} from '@evenkeel/core';
import { zookeeperClient } from './client.ts';
import {
  CONNECTION_KEYS,
  connectionSettings,
  type ZookeeperConnectionOptions,
} from './connection-options.ts';
import { createNews } from './news.ts';
import { readPace } from './read-pace.ts';
import { type ServicePathOptions, servicePath } from './service-path.ts';
import { type ServiceReading, serviceView } from './service-view.ts';
import type { Session } from './session/session.ts';
import { stat, sync, watchTree } from './wire/request.ts';
import { hasReason } from './zookeeper-error.ts';

/** Which service is watched, and where. */
export interface ZookeeperDiscoveryOptions extends ZookeeperConnectionOptions, ServicePathOptions {
  /**
   * How long the server keeps a silent session, in ms, within its own bounds (two to twenty ticks, usually 4 to 40 s).
   * The connection is probed each third of it, and left after two thirds without an answer. @default 10_000
   */
  readonly sessionTimeoutMs?: number;
  /** How long connecting, and each answer, may take, in ms. @default 2_000 */
  readonly timeoutMs?: number;
  /**
   * How often the names are listed although no watch told of a change, ± 20 %, in ms; those of an empty service at
   * least every 5 s. @default 15_000
   */
  readonly pollMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

const KEYS: KnownKeys<ZookeeperDiscoveryOptions> = {
  ...CONNECTION_KEYS,
  base: true,
  service: true,
  sessionTimeoutMs: true,
  timeoutMs: true,
  pollMs: true,
  clock: true,
  random: true,
};

/** A guard that doubts an empty service believes it after some more readings. */
const EMPTY_POLL_MS = 5_000;
const JITTER_RATIO = 0.2;

/**
 * A discovery of the endpoints below `<base>/<service>`, in the format of Apache Curator: registered by
 * `zookeeperRegistrar`, Curator or Spring Cloud.
 *
 * Each watch has a session of its own, and one persistent recursive watch in it, set before the first reading. It needs
 * ZooKeeper 3.6 or later.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range; a watch throws DiscoveryError
 */
export function zookeeperDiscovery(options: ZookeeperDiscoveryOptions): Discovery {
  checkKeys('', options, KEYS);
  const { clock = systemClock, random = Math.random } = options;
  const place = connectionSettings(options);
  const { base, path } = servicePath(options);
  const pollMs = numberOption('pollMs', options.pollMs, 15_000, { min: 50 });
  const client = zookeeperClient({
    ...place,
    clock,
    random,
    timeoutMs: numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1 }),
    sessionMs: numberOption('sessionTimeoutMs', options.sessionTimeoutMs, 10_000, {
      min: 300,
      max: 86_400_000,
      integer: true,
    }),
  });

  /** How long a reading is good for if no watch tells of a change. */
  const goodForMs = ({ endpoints }: ServiceReading): number => {
    const everyMs = endpoints.length === 0 ? Math.min(EMPTY_POLL_MS, pollMs) : pollMs;
    return everyMs * (1 + JITTER_RATIO * (2 * random() - 1));
  };

  return {
    async *watch({ signal, onEvent }) {
      const news = createNews(clock);
      const nextReadAt = readPace(clock);
      const view = serviceView(path, (message) => onEvent?.({ type: 'snapshotRejected', message }));
      let session: Session | undefined;

      const onAbort = (): void => {
        news.fail(signal.reason);
        // The session of a consumer that does not ask for more goes at once, too. It never rejects.
        void session?.close();
      };

      if (signal.aborted) return;
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        session = await client.open({
          signal,
          onLost: news.fail,
          onEvent(event) {
            if (view.note(event)) news.change();
          },
          onServerFailure: (error, attempt) =>
            onEvent?.({ type: 'discoveryFailed', error, attempt, retryInMs: 0 }),
        });
        const [, epoch] = await Promise.all([
          session.call(watchTree(path), signal),
          storeOf(session, base, signal),
        ]);
        for (;;) {
          const reading = await view.read(session);
          const staleAt = clock.now() + goodForMs(reading);
          const earliest = nextReadAt();
          yield toSnapshot(reading, epoch);
          await news.wait(staleAt, earliest);
        }
      } catch (error) {
        if (!signal.aborted) throw asDiscoveryError(error, `zookeeper ${place.name}, ${path}`);
      } finally {
        signal.removeEventListener('abort', onAbort);
        await session?.close();
      }
    },
  };
}

/**
 * Names the store by the creation of the base node, which outlives all services. A server that lags behind catches up
 * first: otherwise its past would look like a reset.
 */
async function storeOf(session: Session, base: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const [, { createdZxid, createdAt }] = await Promise.all([
      session.call(sync(base), signal),
      session.call(stat(base), signal),
    ]);
    return `${createdZxid.toString(16)}-${createdAt}`;
  } catch (error) {
    if (hasReason(error, 'noNode')) return undefined;
    throw error;
  }
}

function toSnapshot(reading: ServiceReading, epoch: string | undefined): Snapshot {
  const { endpoints, deregistered, unreadable, zxid } = reading;
  return {
    endpoints,
    revision: zxid,
    ...(epoch === undefined ? {} : { epoch }),
    ...(deregistered.length === 0 ? {} : { deregistered }),
    // Somebody is there, so this is no empty service.
    ...(endpoints.length === 0 && unreadable > 0 ? { stale: true } : {}),
  };
}

function asDiscoveryError(error: unknown, where: string): DiscoveryError {
  const message = error instanceof Error ? error.message : String(error);
  return new DiscoveryError(`${where}: ${message}`, { cause: error });
}
