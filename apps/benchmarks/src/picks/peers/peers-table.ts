import type { Table } from '../../lib/report/report.ts';
import { median, spreadRatio } from '../../lib/report/statistics.ts';

/** The rounds of one peer and those of our strategy, taken in turn. */
export interface PeerRounds {
  readonly peer: string;
  readonly ours: string;
  readonly peerNs: readonly number[];
  readonly oursNs: readonly number[];
}

/** Compares peers with ours at one number of endpoints; ratios are taken round by round. */
export function peersTable(endpoints: number, rows: readonly PeerRounds[]): Table {
  return {
    title: `Peers at ${endpoints} endpoints: ns of CPU time per pick, and how many times that of ours a peer takes`,
    columns: [
      { title: 'peer' },
      { title: 'peer ns', digits: 1 },
      { title: '±% peer', digits: 1 },
      { title: 'ours' },
      { title: 'our ns', digits: 1 },
      { title: '±% ours', digits: 1 },
      { title: 'peer ÷ ours', digits: 2 },
      { title: '±% ratio', digits: 1 },
    ],
    rows: rows.map(({ peer, ours, peerNs, oursNs }) => {
      const ratios = peerNs.map((ns, round) => ns / (oursNs[round] ?? Number.NaN));
      return [peer, ...centre(peerNs), ours, ...centre(oursNs), ...centre(ratios)];
    }),
  };
}

function centre(values: readonly number[]): readonly [median: number, spread: number] {
  return [median(values), 100 * spreadRatio(values)];
}
