import { programGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { proxy } from './benchmark.ts';

const gate = await programGate('nginx', 'haproxy', 'wrk');

describe.skipIf(gate.skipped)(gate.title, () => {
  it('measures every proxy and sets ours beside them', { timeout: 60_000 }, async () => {
    const { tables, targets } = await proxy.run(settingsOf(proxy, {}, true, () => {}));
    const [rows = []] = tables.map((table) => table.rows);
    expect(rows.map(([name]) => name)).toEqual(proxy.options.contenders!.fallback);
    for (const [, micros, , toNginx, , rate] of rows) {
      for (const figure of [micros, toNginx, rate]) expect(figure).toBeGreaterThan(0);
    }
    expect(rows[0]![3]).toBe(1);
    expect(targets).toHaveLength(1);
  });
});
