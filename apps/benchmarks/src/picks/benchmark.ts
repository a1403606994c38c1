import { numberOption } from '@evenkeel/core';
import type { Benchmark, Settings } from '../lib/cli/benchmark.ts';
import { startChild } from '../lib/processes/child.ts';
import { atMost, type Report, type Table, type Target } from '../lib/report/report.ts';
import { median, spreadRatio } from '../lib/report/statistics.ts';
import type { PicksReply, PicksRequest } from './picks-process.ts';
import type { Subject } from './subject.ts';
import { SUBJECTS } from './subjects.ts';

/** What a pick costs, for each strategy and for the whole cluster. */
export const picks: Benchmark = {
  name: 'picks',
  summary: 'ns per pick, for each strategy and for a cluster with everything on',
  options: {
    subjects: {
      description: 'what to measure',
      fallback: SUBJECTS.map(({ name }) => name),
      choices: SUBJECTS.map(({ name }) => name),
    },
    endpoints: { description: 'numbers of endpoints', fallback: ['3', '100', '10000'], quick: ['3'] },
    rounds: { description: 'rounds after the warm-up', fallback: 15, quick: 3 },
    'round-ms': { description: 'length of a round, in ms', fallback: 50, quick: 2 },
  },
  async run(settings) {
    const sizes = settings
      .list('endpoints')
      .map((size) => numberOption('--endpoints', Number(size), 0, { min: 1, max: 65_536, integer: true }));
    const rows: Row[] = [];
    for (const subject of SUBJECTS.filter(({ name }) => settings.list('subjects').includes(name))) {
      settings.progress(`picks: ${subject.name}`);
      rows.push({ subject, rounds: await measureApart(subject, sizes, settings) });
    }
    return reportOf(sizes, rows);
  },
};

interface Row {
  readonly subject: Subject;
  /** The rounds for each number of endpoints. */
  readonly rounds: readonly (readonly number[])[];
}

/** Each number of endpoints gets a process of its own as well. */
async function measureApart(
  subject: Subject,
  sizes: readonly number[],
  settings: Settings,
): Promise<readonly PicksReply[]> {
  const replies: PicksReply[] = [];
  for (const endpoints of sizes) {
    await using child = startChild<PicksRequest, PicksReply>(new URL('./picks-process.ts', import.meta.url));
    replies.push(
      await child.ask({
        subject: subject.name,
        endpoints,
        rounds: settings.number('rounds'),
        roundMs: settings.number('round-ms'),
      }),
    );
  }
  return replies;
}

function reportOf(sizes: readonly number[], rows: readonly Row[]): Report {
  const table: Table = {
    title: 'ns of CPU time per pick: median of the rounds, ± half of the distance between the quartiles',
    columns: [
      { title: 'subject' },
      ...sizes.flatMap((size) => [
        { title: `n=${size}`, digits: 1 },
        { title: `±% n=${size}`, digits: 1 },
      ]),
      { title: 'target' },
    ],
    rows: rows.map(({ subject, rounds }) => [
      subject.name,
      ...rounds.flatMap((values) => [median(values), 100 * spreadRatio(values)]),
      subject.targetNs,
    ]),
  };
  return { tables: [table], targets: rows.flatMap((row) => targetsOf(sizes, row)), notes: NOTES };
}

function targetsOf(sizes: readonly number[], { subject, rounds }: Row): readonly Target[] {
  const { name, targetNs } = subject;
  if (targetNs === undefined) return [];
  return rounds.map((values, index) =>
    atMost(`${name}, ${sizes[index]} endpoints`, median(values), targetNs, 'ns'),
  );
}

const NOTES: readonly string[] = [
  'A strategy is handed the time; a cluster reads its clock at the pick and at its end: "clock reading" is what one costs.',
  'Every figure includes the loop itself, which keeps picks in flight: the row "loop alone" is what that costs.',
  'Each row and number of endpoints runs in a process of its own. Keys have 16 characters and differ from pick to pick.',
];
