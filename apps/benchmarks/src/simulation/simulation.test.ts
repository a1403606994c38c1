import { describe, expect, it } from 'vitest';
import { simulation } from './benchmark.ts';

describe('the benchmark of the simulator', () => {
  it('simulates as many requests as it is asked for, with each strategy', async () => {
    const numbers: Record<string, number> = { requests: 2_000, endpoints: 3 };
    const report = await simulation.run({
      number: (name) => numbers[name] ?? Number.NaN,
      list: () => [],
      progress: () => {},
    });
    const rows = report.tables[0]?.rows ?? [];
    expect(rows).toHaveLength(3);
    for (const [, requests] of rows) {
      expect(requests).toBeGreaterThan(1_700);
      expect(requests).toBeLessThan(2_300);
    }
    expect(report.targets).toHaveLength(3);
  });
});
