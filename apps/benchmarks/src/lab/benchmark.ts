import type { Benchmark } from '../lib/cli/benchmark.ts';
import type { Figure } from './figure.ts';
import { antagonistFigures } from './figures/antagonists.ts';
import { failFastFigures } from './figures/fail-fast.ts';
import { shareFigures } from './figures/shares.ts';
import { slowHostFigures } from './figures/slow-host.ts';
import { tryFigures } from './figures/tries.ts';
import { labReport, type Measured } from './lab-report.ts';

const FIGURES: readonly Figure[] = [
  ...slowHostFigures,
  ...failFastFigures,
  ...shareFigures,
  ...antagonistFigures,
  ...tryFigures,
];

/** The scenarios with a number to reproduce or to reach, over many seeds. */
export const lab: Benchmark = {
  name: 'lab',
  summary: "the figures of the simulator's catalogue over many seeds, beside those that are published",
  options: {
    scenarios: {
      description: 'scenarios',
      fallback: [...new Set(FIGURES.map(scenarioOf))],
      quick: ['fail-fast'],
      choices: [...new Set(FIGURES.map(scenarioOf))],
    },
    seeds: { description: 'number of seeds', fallback: 10, quick: 1 },
    'first-seed': { description: 'the first of them', fallback: 1 },
  },
  async run(settings) {
    const chosen = settings.list('scenarios');
    const seeds = settings.number('seeds');
    const measured: Measured[] = [];
    for (const figure of FIGURES.filter((one) => chosen.includes(scenarioOf(one)))) {
      settings.progress(`lab: ${figure.scenario}, ${figure.name}`);
      const values: number[] = [];
      for (let i = 0; i < seeds; i++) values.push(await figure.measure(settings.number('first-seed') + i));
      measured.push({ figure, values });
    }
    return labReport(measured, seeds);
  },
};

function scenarioOf({ scenario }: Figure): string {
  return scenario.split(' ')[0] ?? '';
}
