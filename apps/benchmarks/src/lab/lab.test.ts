import { describe, expect, it } from 'vitest';
import { lab } from './benchmark.ts';
import type { Figure } from './figure.ts';
import { labReport } from './lab-report.ts';

const figure: Figure = {
  scenario: 'slow-host 2',
  name: 'succeeded, %',
  digits: 1,
  target: { atLeast: 99 },
  measure: async () => 0,
};

describe('the benchmark of the lab', () => {
  it('judges by the worst seed', () => {
    const good = labReport([{ figure, values: [99.5, 99.1, 99.9] }], 3);
    expect(good.tables[0]?.rows).toEqual([
      ['slow-host 2', 'succeeded, %', '99.5', '99.1', '99.9', '≥ 99', undefined],
    ]);
    expect(good.targets[0]?.met).toBe(true);
    expect(labReport([{ figure, values: [99.5, 98.9, 99.9] }], 3).targets[0]?.met).toBe(false);
  });

  it('measures the scenarios it is asked for, each as promised', async () => {
    const { tables, targets } = await lab.run({
      number: (name) => (name === 'seeds' ? 1 : 77),
      list: () => ['fail-fast', 'retry-chain'],
      progress: () => {},
    });
    expect(tables[0]?.rows).toHaveLength(6);
    expect(targets.filter(({ met }) => !met)).toEqual([]);
  });
});
