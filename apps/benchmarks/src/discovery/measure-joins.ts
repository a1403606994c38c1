import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '@evenkeel/services';
import type { Peer, PeerWatch } from './peers/peer.ts';
import type { Registry } from './registries/registry.ts';
import { openStanding } from './traffic/standing.ts';
import { until } from './traffic/until.ts';
import { openWatchedClient, type WatchedClient } from './traffic/watched-client.ts';

/** What one registration and its end took, in ms; NaN for what never happened. */
export interface Join {
  /** Until `register()` resolved. */
  readonly registered: number;
  /** Until the cluster knew the endpoint. */
  readonly seen: number;
  /** Until the endpoint answered a request of the client. */
  readonly answered: number;
  /** Until another library had the change, if there is one. */
  readonly peerSeen: number;
  /** From the call of `deregister()` to the last request that was sent to the endpoint; 0 when none was. */
  readonly lastRequest: number;
}

export interface JoinsResult {
  readonly registry: Registry;
  readonly joins: readonly Join[];
  readonly peer: string | undefined;
  readonly requests: number;
  readonly failures: number;
}

const SERVICE = 'joins';
const NEVER_MS = 20_000;
/** A request later than this after the cluster let go of an endpoint would be its fault: there is none that waits. */
const SETTLE_MS = 200;
const REST_MS = 300;

/** Registers and deregisters so many endpoints, one after the other, with a client that sends requests all the time. */
export async function measureJoins(
  registry: Registry,
  server: Service,
  peer: Peer | undefined,
  runs: number,
): Promise<JoinsResult> {
  await using standing = await openStanding({ registry, place: server, service: SERVICE, count: 2 });
  await using client = await openWatchedClient({
    discovery: registry.discovery(server, { service: SERVICE }),
  });
  await until(() => client.candidates().length === standing.addresses.length, NEVER_MS);
  await using watch = await peer?.watch(server, SERVICE);
  const joins: Join[] = [];
  for (const endpoint of await standing.openMore(runs)) {
    joins.push(await measureJoin(registry, server, client, watch, endpoint));
  }
  return { registry, joins, peer: peer?.name, requests: client.requests, failures: client.failures };
}

async function measureJoin(
  registry: Registry,
  server: Service,
  client: WatchedClient,
  watch: PeerWatch | undefined,
  endpoint: string,
): Promise<Join> {
  await rest();
  await using registrar = registry.registrar(server, { service: SERVICE, endpoint });
  const begunAt = performance.now();
  await registrar.register();
  const registered = performance.now() - begunAt;
  await until(() => client.answeredAt(endpoint) !== undefined, NEVER_MS);
  if (watch !== undefined) await until(() => watch.seenAfter(begunAt, endpoint) !== undefined, NEVER_MS);
  await rest();

  const leftAt = performance.now();
  await registrar.deregister();
  await until(() => !client.candidates().includes(endpoint), NEVER_MS);
  await sleep(SETTLE_MS);
  return {
    registered,
    seen: (client.seenAt(endpoint) ?? Number.NaN) - begunAt,
    answered: (client.answeredAt(endpoint) ?? Number.NaN) - begunAt,
    peerSeen: (watch?.seenAfter(begunAt, endpoint) ?? Number.NaN) - begunAt,
    lastRequest: Math.max(0, (client.pickedAt(endpoint) ?? leftAt) - leftAt),
  };
}

/** After it no change before is still being collected, and no run is in step with a timer. */
async function rest(): Promise<void> {
  await sleep(REST_MS + Math.random() * REST_MS);
}
