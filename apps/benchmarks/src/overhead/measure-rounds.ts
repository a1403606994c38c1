import type { Client, Contender } from '../lib/clients/contender.ts';
import { closedLoop, successRatio } from '../lib/load/closed-loop.ts';
import { ascending, quantile } from '../lib/report/statistics.ts';

/** One round of one contender. */
export interface Round {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the load generator, the client included, for each request, in µs. */
  readonly clientCpuMicros: number;
}

export interface RoundsOptions {
  readonly rounds: number;
  /** Requests of one round. */
  readonly requests: number;
  readonly concurrency: number;
}

/**
 * Measures contenders in turn, round by round, each round in another order, so that whatever else the machine does hits them
 * all alike. The first round warms up and does not count.
 *
 * @returns the rounds of each contender
 */
export async function measureRounds(
  addresses: readonly string[],
  contenders: readonly Contender[],
  { rounds, requests, concurrency }: RoundsOptions,
): Promise<readonly (readonly Round[])[]> {
  const clients: Client[] = [];
  const results: Round[][] = contenders.map(() => []);
  try {
    for (const contender of contenders) clients.push(await contender.open(addresses));
    for (let round = 0; round <= rounds; round++) {
      for (let turn = 0; turn < clients.length; turn++) {
        const index = (round + turn) % clients.length;
        const result = await measureRound(clients[index] as Client, requests, concurrency);
        if (round > 0) results[index]?.push(result);
      }
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
  return results;
}

async function measureRound(client: Client, requests: number, concurrency: number): Promise<Round> {
  const before = process.cpuUsage();
  const result = await closedLoop({ requests, concurrency, send: client.send });
  const { user, system } = process.cpuUsage(before);
  if (successRatio(result) < 1) throw new Error('a request to a healthy endpoint failed');
  const sorted = ascending(result.latenciesMs);
  return {
    requestsPerSecond: (requests / result.elapsedMs) * 1_000,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    clientCpuMicros: (user + system) / requests,
  };
}
