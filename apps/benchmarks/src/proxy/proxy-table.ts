import type { ProxyContender } from '../lib/proxies/contender.ts';
import type { Table } from '../lib/report/report.ts';
import { median, spreadRatio } from '../lib/report/statistics.ts';
import type { ProxyRound } from './measure-proxies.ts';

/** The row of our own proxy. */
export const OURS = 'evenkeel';
const REFERENCE = 'nginx';
/** Those that are no proxy written for Node. */
const NO_PEERS: readonly string[] = [OURS, REFERENCE, 'haproxy', 'bare dispatch'];

type Rounds = readonly ProxyRound[];
type Named = readonly Pick<ProxyContender, 'name'>[];

/** Puts the rounds of all proxies into one table. Ratios are within a round, so that what else the machine did hits both sides. */
export function proxyTable(contenders: Named, results: readonly Rounds[]): Table {
  const reference = results[contenders.findIndex(({ name }) => name === REFERENCE)] ?? [];
  const best = results[bestPeer(contenders, results)] ?? [];
  return {
    title: 'Small GET with keep-alive, one process',
    columns: [
      { title: 'proxy' },
      { title: 'CPU µs a request', digits: 1 },
      { title: '±%', digits: 1 },
      { title: 'to nginx', digits: 2 },
      { title: 'to the best Node peer', digits: 2 },
      { title: 'req/s' },
      { title: 'p50 ms', digits: 2 },
      { title: 'p99 ms', digits: 2 },
    ],
    rows: contenders.map(({ name }, index) => {
      const rounds = results[index] ?? [];
      const cpu = rounds.map((round) => round.cpuMicros);
      return [
        name,
        median(cpu),
        100 * spreadRatio(cpu),
        median(ratios(rounds, reference)),
        median(ratios(rounds, best)),
        median(rounds.map((round) => round.requestsPerSecond)),
        median(rounds.map((round) => round.p50Ms)),
        median(rounds.map((round) => round.p99Ms)),
      ];
    }),
  };
}

/** CPU time of ours to that of the cheapest proxy written for Node; undefined when one of them was not measured. */
export function ratioToBestPeer(contenders: Named, results: readonly Rounds[]): number | undefined {
  const ours = results[contenders.findIndex(({ name }) => name === OURS)];
  const best = results[bestPeer(contenders, results)];
  return ours === undefined || best === undefined ? undefined : median(ratios(ours, best));
}

/** -1 when there is none. */
function bestPeer(contenders: Named, results: readonly Rounds[]): number {
  const costs = contenders.map(({ name }, index) =>
    NO_PEERS.includes(name)
      ? Number.POSITIVE_INFINITY
      : median((results[index] ?? []).map((round) => round.cpuMicros)),
  );
  const lowest = Math.min(...costs);
  return Number.isFinite(lowest) ? costs.indexOf(lowest) : -1;
}

function ratios(rounds: Rounds, others: Rounds): readonly number[] {
  return rounds.map((round, index) => round.cpuMicros / (others[index]?.cpuMicros ?? Number.NaN));
}
