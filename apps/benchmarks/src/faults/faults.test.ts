import { programGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { faults } from './benchmark.ts';
import { noneFailed } from './judge.ts';
import { frozen } from './scenarios/endpoints-ail.ts';
import { killUnderPosts } from './scenarios/endpoints-end.ts';

const gate = await programGate('nginx', 'haproxy');

describe.skipIf(gate.skipped)(gate.title, () => {
  it('plays a fault through every proxy and judges ours', { timeout: 60_000 }, async () => {
    const { tables, targets } = await faults.run(settingsOf(faults, { scenarios: 'kill' }, true, () => {}));
    expect(tables.map(({ rows }) => rows.map(([name]) => name))).toEqual([['evenkeel', 'nginx', 'haproxy']]);
    for (const { rows } of tables) for (const row of rows) expect(row[1]).toBe(600);
    expect(targets).toEqual([expect.objectContaining({ name: 'kill: failed', measured: '0 requests' })]);
  });
});

const answer = (atMs: number, latencyMs: number, status: number | null = 200) => ({
  atMs,
  latencyMs,
  status: status ?? undefined,
  error: undefined,
});

it('counts answers that fail and answers that never came', () => {
  expect(noneFailed([answer(0, 1), answer(0, 1, 503), answer(0, 1, null), answer(0, 1, 404)])).toMatchObject({
    measured: 2,
  });
});

it('finds a POST that reached two endpoints', () => {
  const outcome = { answers: [], posted: ['a', 'b', 'a'], idleP99Ms: 1 };
  expect(killUnderPosts.judge(outcome)).toMatchObject([{ measured: 1 }]);
});

it('looks at the latency behind a freeze from the end of the third attempt that timed out', () => {
  const late = [0, 1, 2, 3].map((index) => answer(1_500 + index, 250));
  const outcome = { answers: [...late, answer(2_000, 7), answer(2_001, 9)], posted: [], idleP99Ms: 1 };
  expect(frozen.judge(outcome)).toMatchObject([{ measured: 0 }, { measured: 9 }]);
});
