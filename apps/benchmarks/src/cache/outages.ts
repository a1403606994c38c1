import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, type ServiceKind, startService } from '@evenkeel/services';
import { Agent } from 'undici';
import { hasFailed } from '../faults/judge.ts';
import { withDeadline } from '../lib/load/deadline.ts';
import { type Answer, openLoop } from '../lib/load/open-loop.ts';
import { startEvenkeel } from '../lib/proxies/evenkeel-app.ts';
import { ascending, quantile } from '../lib/report/statistics.ts';
import type { StoreFault } from './store-faults.ts';

/** What clients saw of one fault of a store. */
export interface Outage {
  readonly requests: number;
  readonly failed: number;
  /** Latencies while the store was at fault, in ms, of this proxy and of one beside it whose store was well. */
  readonly during: Latency;
  readonly beside: Latency;
  /** From the end of the fault to the first answer from the store, in ms. */
  readonly backAfterMs: number;
}

/** Quantiles of latencies, in ms. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface OutageOptions {
  /** `host:port` of what answers with a lifetime. */
  readonly endpoint: string;
  /** Requests a second. */
  readonly rate: number;
  /** Length of each of the three parts, in ms. */
  readonly phaseMs: number;
}

/** An odd number, so that both proxies are asked for all of them. */
const PATHS = 51;
const WARM_UP_MS = 1_500;
const DEADLINE_MS = 10_000;

/**
 * Plays one fault of a store behind our program, whose own memory holds nothing, so that every request asks the store. Every second
 * request goes to another one with a store of its own that stays well: what else the machine does hits both alike.
 */
export async function measureOutage(
  kind: StoreKind,
  fault: StoreFault,
  { endpoint, rate, phaseMs }: OutageOptions,
): Promise<Outage> {
  await using faulty = await startCached(kind, endpoint);
  await using well = await startCached(kind, endpoint);
  const client = new Agent({ connections: null, pipelining: 1, keepAliveTimeout: 60_000 });
  let endedAt = Number.POSITIVE_INFINITY;
  let backAt = Number.NaN;
  const ask = async (index: number): Promise<number> => {
    const isFaulty = index % 2 === 0;
    const origin = isFaulty ? faulty.url : well.url;
    const path = `/${index % PATHS}`;
    const { statusCode, headers, body } = await client.request({ origin, path, method: 'GET' });
    await body.dump();
    const hit = String(headers['cache-status']).includes('; hit');
    if (isFaulty && hit && performance.now() > endedAt && Number.isNaN(backAt)) backAt = performance.now();
    return statusCode;
  };
  const send = (index: number): Promise<number> => withDeadline(ask(index), DEADLINE_MS);
  try {
    await openLoop({ rate, durationMs: WARM_UP_MS, send });
    const play = async (): Promise<void> => {
      await sleep(phaseMs);
      const end = await fault.begin(faulty.server);
      await sleep(phaseMs);
      await end();
      endedAt = performance.now();
    };
    const [answers] = await Promise.all([openLoop({ rate, durationMs: 3 * phaseMs, send }), play()]);
    const during = answers.map(({ atMs }) => atMs >= phaseMs && atMs < 2 * phaseMs);
    const of = (turn: number): Answer[] => answers.filter((_, index) => index % 2 === turn && during[index]);
    return {
      requests: answers.length / 2,
      failed: answers.filter((answer, index) => index % 2 === 0 && hasFailed(answer)).length,
      during: latencyOf(of(0)),
      beside: latencyOf(of(1)),
      backAfterMs: backAt - endedAt,
    };
  } finally {
    await client.destroy();
  }
}

type StoreKind = ServiceKind & ('redis' | 'memcached');

/** Our program with a store of its own. */
async function startCached(
  kind: StoreKind,
  endpoint: string,
): Promise<AsyncDisposable & { readonly server: Service; readonly url: string }> {
  const server = await startService(kind);
  const cache = `cache: { store: "${kind}://${server.address}", memoryBytes: 0 }`;
  const proxy = await startEvenkeel([endpoint], [], [], [cache]).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return {
    server,
    url: `http://127.0.0.1:${proxy.port}`,
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      server.resume();
      await server.stop();
    },
  };
}

function latencyOf(answers: readonly Answer[]): Latency {
  const sorted = ascending(answers.map(({ latencyMs }) => latencyMs));
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}
