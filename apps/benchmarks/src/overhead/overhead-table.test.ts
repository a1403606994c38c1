import { expect, it } from 'vitest';
import type { Contender } from '../lib/clients/contender.ts';
import type { Round } from './measure-rounds.ts';
import { overheadTable } from './overhead-table.ts';

const contender = (name: string): Contender => ({
  name,
  open: () => Promise.reject(new Error('not opened')),
});
const round = (requestsPerSecond: number): Round => ({
  requestsPerSecond,
  p50Ms: 1,
  p99Ms: 2,
  clientCpuMicros: 50,
});

it('takes ratios within a round, so that a slow moment of the machine hits both sides', () => {
  const table = overheadTable(
    'Clients',
    [contender('first'), contender('second')],
    [
      [round(1_000), round(100), round(10)],
      [round(500), round(50), round(5)],
    ],
  );
  const column = (title: string) => table.columns.findIndex((candidate) => candidate.title === title);
  expect(table.rows.map((row) => row[column('req/s')])).toEqual([100, 50]);
  expect(table.rows.map((row) => row[column('ratio')])).toEqual([1, 0.5]);
  expect(table.rows.map((row) => row[column('±%')])).toEqual([0, 0]);
});
