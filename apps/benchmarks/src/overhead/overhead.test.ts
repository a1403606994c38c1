import { expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { overhead } from './benchmark.ts';

it('measures clients beside one that does not balance', async () => {
  const { tables } = await overhead.run(settingsOf(overhead, {}, true, () => {}));
  const [clients] = tables.map(({ rows }) => rows);
  expect(clients!.map(([name]) => name)).toEqual(['plain Agent', 'BalancedPool', 'evenkeel']);
  // Ratios of the first row are to itself.
  expect(clients![0]![2]).toBe(1);
  for (const row of clients!) expect(row[1]).toBeGreaterThan(0);
});
