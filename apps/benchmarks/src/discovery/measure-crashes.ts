import { setTimeout as sleep } from 'node:timers/promises';
import { consecutiveFailures } from '@evenkeel/core';
import type { Service } from '@evenkeel/services';
import type { Registry } from './registries/registry.ts';
import { startAnswering } from './traffic/answering.ts';
import { openStanding } from './traffic/standing.ts';
import { until } from './traffic/until.ts';
import { openWatchedClient, type WatchedClient } from './traffic/watched-client.ts';

/** What the crash of one endpoint, which was registered by its own process, meant for clients. */
export interface Crash {
  /** From SIGKILL to the last pick of a client that has only the registry to tell it, in ms. */
  readonly lastPick: number;
  /** Failed requests of a client without retries that ejects an endpoint at its first failure. */
  readonly failuresWithEjection: number;
}

export interface CrashesResult {
  readonly registry: Registry;
  readonly ttlMs: number;
  readonly crashes: readonly Crash[];
  /** Failed requests of a client with the defaults: retries and outlier detection. */
  readonly failuresWithDefaults: number;
  readonly requestsWithDefaults: number;
}

const SERVICE = 'crashes';
const STANDING = 10;
/** No more than a client has retries: its last attempt always has somebody to go to. */
const BATCH = 2;
const APART_MS = 150;
const NEVER_MS = 20_000;
const PAUSE_MS = 2;
/** How much longer than promised picks are looked for. */
const EXTRA_MS = 500;

/** What is promised: no pick later than this after a crash, in ms. */
export function lastPickLimitMs(registry: Registry, ttlMs: number): number {
  return ttlMs + registry.refreshMs + 1_000;
}

/** Kills so many endpoints, a few at a time, each at another moment of its lease. */
export async function measureCrashes(
  registry: Registry,
  server: Service,
  runs: number,
  ttlMs: number,
): Promise<CrashesResult> {
  await using _standing = await openStanding({ registry, place: server, service: SERVICE, count: STANDING });
  const open = (options: Partial<Parameters<typeof openWatchedClient>[0]>): Promise<WatchedClient> =>
    openWatchedClient({
      discovery: registry.discovery(server, { service: SERVICE }),
      pauseMs: PAUSE_MS,
      ...options,
    });
  await using registryOnly = await open({ retry: false, outlierDetection: false });
  await using defaults = await open({});
  await using ejecting = await open({
    retry: false,
    // Two could have sent before the first of them learns of the crash.
    users: 1,
    outlierDetection: { detectors: [consecutiveFailures({ count: 1 })], maxEjectedRatio: 0.5 },
  });
  const clients = [registryOnly, defaults, ejecting];
  const crashes: Crash[] = [];
  while (crashes.length < runs) {
    const count = Math.min(BATCH, runs - crashes.length);
    crashes.push(...(await crashBatch(clients, count)));
  }
  return {
    registry,
    ttlMs,
    crashes,
    failuresWithDefaults: defaults.failures,
    requestsWithDefaults: defaults.requests,
  };

  async function crashBatch(all: readonly WatchedClient[], count: number): Promise<readonly Crash[]> {
    await using processes = new AsyncDisposableStack();
    const victims = await Promise.all(
      Array.from({ length: count }, async () => {
        const process = processes.use(startAnswering());
        const register = {
          registry: registry.name,
          place: { host: server.host, address: server.address, ports: server.ports },
          service: SERVICE,
          ttlMs,
        };
        const { addresses } = await process.ask({ open: 1, register });
        return { process, address: addresses[0] ?? '' };
      }),
    );
    await until(
      () => victims.every(({ address }) => all.every((client) => client.answeredAt(address) !== undefined)),
      NEVER_MS,
    );
    // Somewhere in the lease, not right after its start.
    await sleep(Math.random() * ttlMs);
    const killed: { readonly address: string; readonly at: number; readonly failuresBefore: number }[] = [];
    for (const { process, address } of victims) {
      // Its port may have been another one's before.
      killed.push({ address, at: performance.now(), failuresBefore: ejecting.failuresOf(address) });
      await process.kill();
      await sleep(APART_MS);
    }
    await sleep(lastPickLimitMs(registry, ttlMs) + EXTRA_MS);
    return killed.map(({ address, at, failuresBefore }) => ({
      lastPick: (registryOnly.pickedAt(address) ?? at) - at,
      failuresWithEjection: ejecting.failuresOf(address) - failuresBefore,
    }));
  }
}
