import { numberOption } from '@evenkeel/core';
import type { Benchmark, Settings } from '../lib/cli/benchmark.ts';
import { atMost, type Table, type Target } from '../lib/report/report.ts';
import { median, spreadRatio } from '../lib/report/statistics.ts';
import { measureApart } from './measured-apart.ts';
import { measureContests, PEER_NAMES, peerNotes } from './peers/measure-contests.ts';
import type { Subject } from './subject.ts';
import { SUBJECTS } from './subjects.ts';

const SUBJECT_NAMES = SUBJECTS.map(({ name }) => name);
const CHOICES = [...SUBJECT_NAMES, ...PEER_NAMES];

/** What a pick costs, for each strategy, for the whole cluster and for peers. */
export const picks: Benchmark = {
  name: 'picks',
  summary: 'ns per pick, for each strategy, for a cluster with everything on, and for peers beside ours',
  options: {
    subjects: {
      description: 'what to measure',
      fallback: CHOICES,
      choices: CHOICES,
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
      rows.push({ subject, rounds: await measureSubject(subject, sizes, settings) });
    }
    const peers = PEER_NAMES.filter((name) => settings.list('subjects').includes(name));
    const peerTables = await measureContests(peers, sizes, settings);
    const table = picksTable(sizes, rows);
    return {
      tables: [...(rows.length > 0 ? [table] : []), ...peerTables],
      targets: rows.flatMap((row) => targetsOf(sizes, row)),
      notes: [...NOTES, ...peerNotes(peers)],
    };
  },
};

interface Row {
  readonly subject: Subject;
  /** The rounds for each number of endpoints. */
  readonly rounds: readonly (readonly number[])[];
}

async function measureSubject(
  { name }: Subject,
  sizes: readonly number[],
  settings: Settings,
): Promise<Row['rounds']> {
  settings.progress(`picks: ${name}`);
  const rounds: (readonly number[])[] = [];
  for (const size of sizes) {
    await using measured = await measureApart(name, size, settings.number('round-ms'));
    rounds.push(await measured.measure(settings.number('rounds')));
  }
  return rounds;
}

function picksTable(sizes: readonly number[], rows: readonly Row[]): Table {
  return {
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
