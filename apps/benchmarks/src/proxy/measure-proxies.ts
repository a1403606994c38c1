import { type WrkResult, wrk } from '../lib/load/wrk.ts';
import { cpuMicros } from '../lib/processes/cpu-time.ts';
import type { ProxyContender, RunningProxy } from '../lib/proxies/contender.ts';

/** One round of one proxy. */
export interface ProxyRound extends WrkResult {
  /** CPU time of the proxy for each request, in µs. */
  readonly cpuMicros: number;
}

export interface ProxyRoundsOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  progress(line: string): void;
}

/**
 * Measures proxies in turn, round by round, each round in another order, so that whatever else the machine does hits them all
 * alike. The first round warms up and does not count.
 *
 * @returns the rounds of each proxy
 * @throws Error when a request fails
 */
export async function measureProxies(
  address: string,
  contenders: readonly ProxyContender[],
  { rounds, seconds, connections, progress }: ProxyRoundsOptions,
): Promise<readonly (readonly ProxyRound[])[]> {
  const proxies: RunningProxy[] = [];
  const results: ProxyRound[][] = contenders.map(() => []);
  try {
    for (const contender of contenders) proxies.push(await contender.start(address));
    for (let round = 0; round <= rounds; round++) {
      progress(`proxy: ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}`);
      for (let turn = 0; turn < proxies.length; turn++) {
        const index = (round + turn) % proxies.length;
        const proxy = proxies[index] as RunningProxy;
        const before = await cpuMicros(proxy.pids);
        const result = await wrk({ url: `${proxy.url}/small`, connections, seconds });
        const used = (await cpuMicros(proxy.pids)) - before;
        if (result.failures > 0) throw new Error(`${contenders[index]?.name}: ${result.failures} failures`);
        if (round > 0) results[index]?.push({ ...result, cpuMicros: used / result.requests });
      }
    }
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
  return results;
}
