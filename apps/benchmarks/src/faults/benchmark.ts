import type { Benchmark } from '../lib/cli/benchmark.ts';
import { atMost, type Cell, type Target } from '../lib/report/report.ts';
import { ascending, quantile } from '../lib/report/statistics.ts';
import { FAULT_CONTENDERS } from './contenders.ts';
import { hasFailed, p99 } from './judge.ts';
import { runScenario, type ScenarioRun } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';

const OURS = 'evenkeel';

/** What clients see of faults behind, in and before a proxy. */
export const faults: Benchmark = {
  name: 'faults',
  summary:
    'requests lost through our proxy, nginx and HAProxy while endpoints die, freeze or fail and proxies reload',
  options: {
    contenders: choice(FAULT_CONTENDERS, 'what is measured'),
    scenarios: choice(SCENARIOS, 'what goes wrong'),
    rate: { description: 'requests a second', fallback: 500, quick: 100 },
    'reload-seconds': { description: 'length of the reloads', fallback: 60, quick: 3 },
  },
  async run(settings) {
    const rate = settings.number('rate');
    const contenders = FAULT_CONTENDERS.filter(({ name }) => settings.list('contenders').includes(name));
    const scenarios = SCENARIOS.filter(({ name }) => settings.list('scenarios').includes(name));
    const targets: Target[] = [];
    const idleP99s = new Map<string, number>();
    const tables = [];
    for (const scenario of scenarios) {
      const durationMs =
        scenario.name === 'reload' ? settings.number('reload-seconds') * 1_000 : scenario.durationMs;
      const rows: Cell[][] = [];
      for (const contender of contenders) {
        settings.progress(`faults: ${scenario.name}, ${contender.name}`);
        const run = await runScenario(scenario, contender, { rate, durationMs });
        rows.push(rowOf(contender.name, run));
        if (scenario.name === 'idle') idleP99s.set(contender.name, p99(run.answers));
        if (contender.name !== OURS) continue;
        const idleP99Ms = idleP99s.get(OURS) ?? Number.NaN;
        for (const { figure, measured, limit, unit } of scenario.judge({ ...run, idleP99Ms })) {
          targets.push(atMost(`${scenario.name}: ${figure}`, measured, limit, unit));
        }
      }
      tables.push({ title: `${scenario.name}: ${scenario.summary}`, columns: COLUMNS, rows });
    }
    return {
      tables,
      targets,
      notes: [
        'Three endpoints take 5, 10 and 20 ms. An attempt may take 250 ms everywhere; POST is retried nowhere once it was sent.',
        'Failed: no answer, or one of 500 and above; refused are those of them that could not connect. Latency counts from when a request was due.',
      ],
    };
  },
};

const COLUMNS = [
  { title: 'proxy' },
  { title: 'requests' },
  { title: 'failed' },
  { title: 'refused' },
  { title: 'p50 ms', digits: 1 },
  { title: 'p99 ms', digits: 1 },
  { title: 'max ms' },
  { title: 'POST twice' },
];

function rowOf(name: string, { answers, posted }: ScenarioRun): Cell[] {
  const sorted = ascending(answers.map(({ latencyMs }) => latencyMs));
  return [
    name,
    answers.length,
    answers.filter(hasFailed).length,
    answers.filter(({ error }) => error === 'ECONNREFUSED').length,
    quantile(sorted, 0.5),
    quantile(sorted, 0.99),
    quantile(sorted, 1),
    posted.length === 0 ? undefined : posted.length - new Set(posted).size,
  ];
}

function choice(of: readonly { readonly name: string }[], description: string) {
  const names = of.map(({ name }) => name);
  return { description, fallback: names, choices: names };
}
