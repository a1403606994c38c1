import type { Settings } from '../../lib/cli/benchmark.ts';
import type { Table } from '../../lib/report/report.ts';
import { interleave } from '../interleave.ts';
import type { Contest } from './contest.ts';
import { CONTESTS } from './contests.ts';
import { type PeerRounds, peersTable } from './peers-table.ts';

const PEERS = CONTESTS.flatMap(({ peers }) => peers);

/** The names of all peers. */
export const PEER_NAMES: readonly string[] = PEERS.map(({ subject }) => subject.name);

/** Measures peers of these names, and beside each the strategy of ours of the same kind; returns a table for each size. */
export async function measureContests(
  names: readonly string[],
  sizes: readonly number[],
  settings: Settings,
): Promise<readonly Table[]> {
  if (names.length === 0) return [];
  const tables: Table[] = [];
  for (const endpoints of sizes) {
    const rows: PeerRounds[] = [];
    for (const contest of CONTESTS) rows.push(...(await measureContest(contest, names, endpoints, settings)));
    tables.push(peersTable(endpoints, rows));
  }
  return tables;
}

/** What peers do more, or leave out, beside ours. */
export function peerNotes(names: readonly string[]): readonly string[] {
  return PEERS.filter(({ subject }) => names.includes(subject.name)).map(
    ({ subject, differs }) => `${subject.name}: ${differs}.`,
  );
}

async function measureContest(
  { ours, peers }: Contest,
  names: readonly string[],
  endpoints: number,
  settings: Settings,
): Promise<readonly PeerRounds[]> {
  const chosen = peers.map(({ subject }) => subject.name).filter((name) => names.includes(name));
  if (chosen.length === 0) return [];
  settings.progress(`picks: ${[ours.name, ...chosen].join(', ')}, ${endpoints} endpoints`);
  const [oursNs = [], ...rounds] = await interleave([ours.name, ...chosen], {
    endpoints,
    rounds: settings.number('rounds'),
    roundMs: settings.number('round-ms'),
  });
  return chosen.map((peer, index) => ({ peer, ours: ours.name, peerNs: rounds[index] ?? [], oursNs }));
}
