import { programGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { endurance } from './benchmark.ts';
import { measureStream } from './measure-stream.ts';

const gate = await programGate('nginx', 'wrk');

describe.skipIf(gate.skipped)(gate.title, () => {
  it('measures connections, a stream and requests', { timeout: 60_000 }, async () => {
    const { tables, targets } = await endurance.run(settingsOf(endurance, {}, true, () => {}));
    expect(tables).toHaveLength(3);
    for (const { rows } of tables) {
      expect(rows.length).toBeGreaterThan(0);
      for (const figure of rows.flat()) expect(figure).toEqual(expect.any(Number));
    }
    expect(targets).toHaveLength(3);
  });
});

it('looks at the memory of the whole stream', { timeout: 60_000 }, async () => {
  const { firstMb, restMb } = await measureStream(50);
  expect(firstMb).toBeGreaterThan(10);
  expect(restMb).toBeGreaterThan(10);
});
