import { programGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { tail } from './benchmark.ts';

const gate = await programGate('nginx', 'haproxy', 'wrk');

describe.skipIf(gate.skipped)(gate.title, () => {
  it('measures every proxy beside the slow endpoint', { timeout: 60_000 }, async () => {
    const { tables, targets } = await tail.run(settingsOf(tail, {}, true, () => {}));
    const rows = tables[0]?.rows ?? [];
    expect(rows.map(([name]) => name)).toEqual([
      'evenkeel',
      'nginx round robin',
      'nginx least_conn',
      'haproxy leastconn',
      'haproxy random(2)',
    ]);
    // A round robin has one in five there, whatever the machine does.
    expect(rows[1]?.[6]).toBeCloseTo(20, 0);
    expect(rows[0]?.[6]).toBeLessThan(10);
    expect(targets).toHaveLength(3);
  });
});
