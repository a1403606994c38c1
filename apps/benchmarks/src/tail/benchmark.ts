import type { Benchmark } from '../lib/cli/benchmark.ts';
import { healthy } from '../lib/endpoints/behaviour.ts';
import { startEndpoints } from '../lib/endpoints/endpoint-group.ts';
import { wrk } from '../lib/load/wrk.ts';
import { atMost, type Report } from '../lib/report/report.ts';
import { median } from '../lib/report/statistics.ts';
import { OURS, TAIL_CONTENDERS } from './contenders.ts';

interface Round {
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** See `WrkResult`. */
  readonly correctedP99Ms: number;
  /** Share of the requests that the slow endpoint got, 0–1. */
  readonly slowRatio: number;
  readonly requests: number;
}

const BEHAVIOURS = [10, 10, 10, 10, 100].map((delayMs) => healthy(delayMs));

/** What one slow endpoint of five does to those who ask the proxy. */
export const tail: Benchmark = {
  name: 'tail',
  summary: 'latency through our proxy, nginx and HAProxy while one of five endpoints is ten times slower',
  options: {
    rounds: { description: 'rounds after the warm-up', fallback: 5, quick: 1 },
    warmup: { description: 'rounds before that, which do not count', fallback: 3, quick: 1 },
    seconds: { description: 'length of a round of one contender', fallback: 5, quick: 1 },
    connections: { description: 'connections, each with one request at a time', fallback: 40 },
  },
  async run(settings) {
    await using endpoints = await startEndpoints(BEHAVIOURS);
    const proxies = await Promise.all(TAIL_CONTENDERS.map(({ start }) => start(endpoints.addresses)));
    const rounds: Round[][] = TAIL_CONTENDERS.map(() => []);
    try {
      const warmup = settings.number('warmup');
      for (let round = 1 - warmup; round <= settings.number('rounds'); round++) {
        settings.progress(`tail: ${round < 1 ? 'warm-up' : `round ${round}`}`);
        for (let turn = 0; turn < proxies.length; turn++) {
          const index = (round + warmup + turn) % proxies.length;
          await endpoints.behave(BEHAVIOURS);
          const result = await wrk({
            url: `http://127.0.0.1:${proxies[index]?.port}/`,
            connections: settings.number('connections'),
            seconds: settings.number('seconds'),
          });
          const counts = await endpoints.requests();
          const slowRatio = (counts[4] ?? 0) / counts.reduce((sum, count) => sum + count, 0);
          if (round > 0) rounds[index]?.push({ ...result, slowRatio });
        }
      }
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    }
    return reportOf(rounds);
  },
};

function reportOf(rounds: readonly (readonly Round[])[]): Report {
  const figure = (index: number, of: keyof Round): number =>
    median((rounds[index] ?? []).map((one) => one[of]));
  const ours = TAIL_CONTENDERS.findIndex(({ name }) => name === OURS);
  const peers = TAIL_CONTENDERS.map((_, index) => index).filter((index) => index !== ours);
  const bestPeer = Math.min(...peers.map((index) => figure(index, 'p99Ms')));
  return {
    tables: [
      {
        title: 'Four endpoints at 10 ms, one at 100 ms',
        columns: [
          { title: 'proxy' },
          { title: 'p50 ms', digits: 1 },
          { title: 'p90 ms', digits: 1 },
          { title: 'p99 ms', digits: 1 },
          { title: 'p99.9 ms', digits: 1 },
          { title: 'p99 by wrk, ms', digits: 1 },
          { title: 'slow endpoint %', digits: 2 },
          { title: 'requests' },
        ],
        rows: TAIL_CONTENDERS.map(({ name }, index) => [
          name,
          figure(index, 'p50Ms'),
          figure(index, 'p90Ms'),
          figure(index, 'p99Ms'),
          figure(index, 'p999Ms'),
          figure(index, 'correctedP99Ms'),
          100 * figure(index, 'slowRatio'),
          figure(index, 'requests'),
        ]),
      },
    ],
    targets: [
      atMost('p99', figure(ours, 'p99Ms'), 20, 'ms'),
      atMost('p99 to that of the best peer', figure(ours, 'p99Ms') / bestPeer, 1, 'times'),
      atMost('requests to the slow endpoint', 100 * figure(ours, 'slowRatio'), 0.7, '%'),
    ],
    notes: [
      'Medians of the rounds; all proxies run beside each other and take turns, in another order each round.',
      'Each request counts once. "p99 by wrk" also counts those that wrk supposes a slow request to have held back, some eight for each here.',
    ],
  };
}
