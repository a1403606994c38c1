import { expect, it } from 'vitest';
import type { ProxyRound } from './measure-proxies.ts';
import { proxyTable, ratioToBestPeer } from './proxy-table.ts';

const round = (cpuMicros: number): ProxyRound => ({
  cpuMicros,
  requests: 1,
  requestsPerSecond: 1,
  p50Ms: 1,
  p90Ms: 1,
  p99Ms: 1,
  failures: 0,
});
const contenders = ['nginx', 'bare dispatch', 'dear peer', 'cheap peer', 'evenkeel'].map((name) => ({
  name,
}));
const results = [
  [round(10), round(100)],
  [round(20), round(200)],
  [round(80), round(800)],
  [round(40), round(400)],
  [round(60), round(600)],
];

it('takes ratios within a round, so that a slow moment of the machine hits both sides', () => {
  const { columns, rows } = proxyTable(contenders, results);
  const at = (title: string) => columns.findIndex((column) => column.title === title);
  expect(rows.map((row) => row[at('to nginx')])).toEqual([1, 2, 8, 4, 6]);
  expect(rows.map((row) => row[at('to the best Node peer')])).toEqual([0.25, 0.5, 2, 1, 1.5]);
});

it('sets ours beside the cheapest peer, which a bare dispatch is not', () => {
  expect(ratioToBestPeer(contenders, results)).toBe(1.5);
});

it('knows no ratio when a side was not measured', () => {
  expect(ratioToBestPeer(contenders.slice(0, 4), results.slice(0, 4))).toBeUndefined();
  expect(ratioToBestPeer(contenders.slice(4), results.slice(4))).toBeUndefined();
});
