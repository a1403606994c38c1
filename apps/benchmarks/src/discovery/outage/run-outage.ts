import { setTimeout as sleep } from 'node:timers/promises';
import { startService } from '@evenkeel/services';
import type { Registry } from '../registries/registry.ts';
import { openStanding } from '../traffic/standing.ts';
import { until } from '../traffic/until.ts';
import { openWatchedClient } from '../traffic/watched-client.ts';

/** What happens to the registry: killed and back without its data, or with them; or frozen and thawed. */
export const OUTAGES = ['empty', 'data', 'frozen'] as const;

export type Outage = (typeof OUTAGES)[number];

/** What an outage of the registry meant for a client. Times are in ms, NaN for what never happened. */
export interface OutageResult {
  readonly registry: Registry;
  readonly outage: Outage;
  readonly requests: number;
  readonly failures: number;
  /** The fewest endpoints that the client ever had, of {@link ENDPOINTS}. */
  readonly fewest: number;
  /** Until the client said that what it knows is stale. */
  readonly stale: number;
  /** From the return of the registry to the first answer of an endpoint that registered then. */
  readonly newcomer: number;
  /** From there to a client that is not stale any more. */
  readonly live: number;
  /** Whether, in the end, all are known. */
  readonly complete: boolean;
  /** Promises of the whole process that were rejected with nobody there. */
  readonly unhandledRejections: number;
}

/** Endpoints that are registered before the outage. */
export const ENDPOINTS = 3;
/** Shorter than any outage here, so that all leases end meanwhile. */
const TTL_MS = 3_000;
const SERVICE = 'outage';
const NEVER_MS = 30_000;

/**
 * Takes the server of a registry away under load, brings it back, and registers one more endpoint. The endpoints are well all the
 * time, and the client has no retries that would hide a mistake.
 */
export async function runOutage(registry: Registry, outage: Outage, outageMs: number): Promise<OutageResult> {
  let unhandledRejections = 0;
  const onRejection = (): void => void unhandledRejections++;
  process.on('unhandledRejection', onRejection);
  try {
    const persist = outage === 'data';
    await using server = await startService(registry.server, { ...registry.startOptions, persist });
    const common = { registry, place: server, service: SERVICE, ttlMs: TTL_MS };
    await using standing = await openStanding({ ...common, count: ENDPOINTS });
    const discovery = registry.discovery(server, { service: SERVICE, quickProbes: true });
    await using client = await openWatchedClient({ discovery, retry: false, pauseMs: 5 });
    await until(() => client.candidates().length === ENDPOINTS && client.state === 'live', NEVER_MS);

    const beganAt = performance.now();
    if (outage === 'frozen') server.pause();
    else await server.kill();
    const stale = (await until(() => client.state === 'stale', outageMs)) - beganAt;
    await sleep(Math.max(0, beganAt + outageMs - performance.now()));
    if (outage === 'frozen') server.resume();
    else await server.restart({ keepData: persist });

    const backAt = performance.now();
    const [endpoint = ''] = await standing.openMore(1);
    await using registrar = registry.registrar(server, { service: SERVICE, endpoint, ttlMs: TTL_MS });
    await registrar.register();
    const newcomer = (await until(() => client.answeredAt(endpoint) !== undefined, NEVER_MS)) - backAt;
    const live = (await until(() => client.state === 'live' || client.state === 'held', NEVER_MS)) - backAt;
    const everybody = [...standing.addresses, endpoint];
    const isComplete = (): boolean => everybody.every((address) => client.candidates().includes(address));
    const complete = !Number.isNaN(await until(isComplete, NEVER_MS));
    // Long enough for leases that nobody renews to end, if there were any.
    await sleep(TTL_MS);
    return {
      registry,
      outage,
      requests: client.requests,
      failures: client.failures,
      fewest: client.fewest,
      stale,
      newcomer,
      live,
      complete: complete && isComplete(),
      unhandledRejections,
    };
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}
