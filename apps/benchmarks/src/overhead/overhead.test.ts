import { expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { overhead } from './benchmark.ts';

it('measures clients and proxies beside those that go straight', async () => {
  const { tables } = await overhead.run(settingsOf(overhead, {}, true, () => {}));
  const [clients, proxies] = tables.map(({ rows }) => rows);
  expect(clients!.map(([name]) => name)).toEqual(['plain Agent', 'BalancedPool', 'evenkeel']);
  expect(proxies!.slice(0, 2).map(([name]) => name)).toEqual(['straight', 'evenkeel proxy']);
  // Ratios of the first row are to itself.
  expect(clients![0]![2]).toBe(1);
  for (const row of [...clients!, ...proxies!]) expect(row[1]).toBeGreaterThan(0);
});
