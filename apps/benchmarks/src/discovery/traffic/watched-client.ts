import { setTimeout as sleep } from 'node:timers/promises';
import {
  createCluster,
  type Discovery,
  type DiscoveryState,
  formatAddress,
  type OutlierDetectionOptions,
} from '@evenkeel/core';
import { createHttpClient } from '@evenkeel/http-client';
import { roundRobin } from '@evenkeel/strategies';
import { sendThrough } from '../../lib/clients/send-through.ts';

export interface WatchedClientOptions {
  readonly discovery: Discovery;
  /** @default true */
  readonly retry?: boolean;
  /** False turns it off. @default the defaults of a cluster */
  readonly outlierDetection?: OutlierDetectionOptions | false;
  /** How many send requests, each one after the other. @default 2 */
  readonly users?: number;
  /** How long each user rests between two requests, in ms. @default 1 */
  readonly pauseMs?: number;
}

/** A balanced client that sends requests all the time, and what became of them. Times are those of `performance.now()`. */
export interface WatchedClient extends AsyncDisposable {
  readonly requests: number;
  /** Requests that failed, after all retries. */
  readonly failures: number;
  /** The fewest endpoints it ever had, once it had some. */
  readonly fewest: number;
  readonly state: DiscoveryState;
  /** `host:port` of the endpoints that may be picked. */
  candidates(): readonly string[];
  /** When the endpoint first became known, if it did. */
  seenAt(address: string): number | undefined;
  /** When it first answered. */
  answeredAt(address: string): number | undefined;
  /** When it was last picked. */
  pickedAt(address: string): number | undefined;
  /** Attempts at it that failed. */
  failuresOf(address: string): number;
}

/** Opens a client with a cluster of its own and waits until that knows somebody. */
export async function openWatchedClient(options: WatchedClientOptions): Promise<WatchedClient> {
  const { discovery, retry = true, outlierDetection, users: count = 2, pauseMs = 1 } = options;
  const cluster = createCluster({
    name: 'watched',
    discovery,
    strategy: roundRobin(),
    ...(outlierDetection !== undefined && { outlierDetection }),
  });
  const seen = new Map<string, number>();
  const answered = new Map<string, number>();
  const picked = new Map<string, number>();
  const failed = new Map<string, number>();
  let fewest = Number.POSITIVE_INFINITY;
  cluster.subscribe((event) => {
    if (event.type !== 'endpointsChanged') return;
    fewest = Math.min(fewest, event.total);
    for (const endpoint of event.added) note(seen, addressOf(endpoint));
  });
  const client = createHttpClient({
    clusters: [cluster],
    ...(!retry && { retry: false }),
    observer: {
      attemptStarted: ({ endpoint }) => void picked.set(addressOf(endpoint), performance.now()),
      attemptEnded({ endpoint }, { kind }) {
        const address = addressOf(endpoint);
        if (kind === 'success') note(answered, address);
        if (kind === 'failure') failed.set(address, (failed.get(address) ?? 0) + 1);
      },
    },
  });
  const { send, close } = sendThrough(client, () => 'http://watched');
  const stop = new AbortController();
  let requests = 0;
  let failures = 0;
  const user = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      requests++;
      const isGood = await send().catch(() => false);
      if (!isGood) failures++;
      await sleep(pauseMs);
    }
  };
  await cluster.ready();
  const users = Array.from({ length: count }, user);

  return {
    get requests() {
      return requests;
    },
    get failures() {
      return failures;
    },
    get fewest() {
      return fewest;
    },
    get state() {
      return cluster.inspect().discovery.state;
    },
    candidates: () =>
      cluster
        .inspect()
        .endpoints.filter(({ candidate }) => candidate)
        .map(addressOf),
    seenAt: (address) => seen.get(address),
    answeredAt: (address) => answered.get(address),
    pickedAt: (address) => picked.get(address),
    failuresOf: (address) => failed.get(address) ?? 0,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(users);
      await close();
      await cluster.close();
    },
  };
}

function note(times: Map<string, number>, address: string): void {
  if (!times.has(address)) times.set(address, performance.now());
}

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return formatAddress(host, port);
}
