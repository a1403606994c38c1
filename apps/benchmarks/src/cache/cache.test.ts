import { programGate, serviceGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import type { ProxyRound } from '../proxy/measure-proxies.ts';
import { cache } from './benchmark.ts';
import { hitTable } from './hit-table.ts';

const gate = await programGate('nginx', 'wrk');
const redis = await serviceGate('redis', { control: true });

describe.skipIf(gate.skipped || redis.skipped)(`${gate.title}, ${redis.title}`, () => {
  it('measures each proxy with a cache and without, and outages', { timeout: 120_000 }, async () => {
    const settings = settingsOf(cache, { stores: 'redis' }, true, () => {});
    const { tables, targets } = await cache.run(settings);
    const [rows = [], outages = []] = tables.map((table) => table.rows);
    expect(rows.map(([name]) => name)).toEqual(cache.options.contenders!.fallback);
    for (const [, micros, , toUncached, toNginx, rate] of rows) {
      for (const figure of [micros, toUncached, toNginx, rate]) expect(figure).toBeGreaterThan(0);
    }
    expect(outages.map(([, fault]) => fault)).toEqual(['none', 'killed', 'frozen', 'rubbish']);
    for (const [, , requests, failed, before] of outages) {
      expect(failed).toBe(0);
      for (const figure of [requests, before]) expect(figure).toBeGreaterThan(0);
    }
    expect(targets).toHaveLength(1 + 3 * 3);
  });
});

it('takes ratios within a round', () => {
  const round = (cpuMicros: number): ProxyRound => ({
    cpuMicros,
    requests: 1,
    requestsPerSecond: 1,
    p50Ms: 1,
    p90Ms: 1,
    p99Ms: 1,
    failures: 0,
  });
  const { rows } = hitTable(
    ['a', 'b'],
    [
      [round(10), round(100)],
      [round(5), round(50)],
    ],
    ['a'],
  );
  expect(rows.map(([, , , ratio]) => ratio)).toEqual([1, 0.5]);
});
