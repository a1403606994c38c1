import { type WrkResult, wrk } from '../lib/load/wrk.ts';
import { cpuMicros } from '../lib/processes/cpu-time.ts';
import type { ProxyContender, RunningProxy } from '../lib/proxies/contender.ts';

/** One round of one proxy. */
export interface ProxyRound
  extends Pick<WrkResult, 'requests' | 'requestsPerSecond' | 'p50Ms' | 'p90Ms' | 'p99Ms' | 'failures'> {
  /** CPU time of the proxy for each request, in µs. */
  readonly cpuMicros: number;
}

export interface ProxyRoundsOptions {
  /** Requests through each before its rounds: until then Node compiles, which counts as its CPU time. */
  readonly warmUpRequests: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  progress(line: string): void;
}

/**
 * Measures proxies in turn, round by round, each round in another order, so that whatever else the machine does hits them all
 * alike.
 *
 * @returns the rounds of each proxy
 * @throws Error when a request fails
 */
export async function measureProxies(
  address: string,
  contenders: readonly ProxyContender[],
  options: ProxyRoundsOptions,
): Promise<readonly (readonly ProxyRound[])[]> {
  const { warmUpRequests, rounds, progress } = options;
  const proxies: RunningProxy[] = [];
  const results: ProxyRound[][] = contenders.map(() => []);
  try {
    for (const { name, start } of contenders) {
      const proxy = await start(address);
      proxies.push(proxy);
      progress(`proxy: ${name} warms up`);
      for (let sent = 0; sent < warmUpRequests; ) sent += (await load(proxy, options)).requests;
    }
    for (let round = 1; round <= rounds; round++) {
      progress(`proxy: round ${round} of ${rounds}`);
      for (let turn = 0; turn < proxies.length; turn++) {
        const index = (round + turn) % proxies.length;
        const proxy = proxies[index] as RunningProxy;
        const before = await cpuMicros(proxy.pids);
        const result = await load(proxy, options);
        const used = (await cpuMicros(proxy.pids)) - before;
        results[index]?.push({ ...result, cpuMicros: used / result.requests });
      }
    }
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
  return results;
}

async function load({ url }: RunningProxy, { connections, seconds }: ProxyRoundsOptions): Promise<WrkResult> {
  const result = await wrk({ url: `${url}/small`, connections, seconds });
  const { failures, requests } = result;
  if (failures > 0 || requests === 0) throw new Error(`${url}: ${failures} failures, ${requests} answers`);
  return result;
}
