import type { Contender } from '../lib/clients/contender.ts';
import type { Table } from '../lib/report/report.ts';
import { median, spreadRatio } from '../lib/report/statistics.ts';
import type { Round } from './measure-rounds.ts';

/** Puts the rounds of all contenders into one table; ratios are to the first contender, round by round. */
export function overheadTable(
  title: string,
  contenders: readonly Contender[],
  results: readonly (readonly Round[])[],
): Table {
  const [first = []] = results;
  return {
    title,
    columns: [
      { title: 'through' },
      { title: 'req/s' },
      { title: 'ratio', digits: 2 },
      { title: '±%', digits: 1 },
      { title: 'p50 ms', digits: 2 },
      { title: 'p99 ms', digits: 2 },
      { title: 'client CPU µs', digits: 1 },
      { title: 'ratio CPU', digits: 2 },
    ],
    rows: contenders.map(({ name }, index) => {
      const rounds = results[index] ?? [];
      const middle = (field: keyof Round): number => median(rounds.map((round) => round[field]));
      const ratio = (field: keyof Round): number => median(ratios(rounds, first, field));
      return [
        name,
        middle('requestsPerSecond'),
        ratio('requestsPerSecond'),
        100 * spreadRatio(ratios(rounds, first, 'requestsPerSecond')),
        middle('p50Ms'),
        middle('p99Ms'),
        middle('clientCpuMicros'),
        ratio('clientCpuMicros'),
      ];
    }),
  };
}

function ratios(rounds: readonly Round[], first: readonly Round[], field: keyof Round): readonly number[] {
  return rounds.map((round, index) => round[field] / (first[index]?.[field] ?? Number.NaN));
}
