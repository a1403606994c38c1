import { type Change, type Report, simulate } from '@evenkeel/simulator';
import { findScenario } from '../inputs/find-scenario.ts';
import { type Contender, findStrategy } from '../inputs/find-strategy.ts';
import type { Command } from './command-line.ts';

/** What came of a comparison. */
export interface Comparison {
  /** One for each strategy, in their order; each has a name of its own. */
  readonly reports: readonly Report[];
  /** What the scenario did. */
  readonly changes: readonly Change[];
}

/**
 * Runs the scenario with each strategy.
 *
 * @throws UsageError, or InvalidOptionsError, when an argument makes no sense
 */
export async function compare(command: Command): Promise<Comparison> {
  const { strategies, seed, endpoints, client } = command;
  const make = await findScenario(command.scenario);
  // All are found before the first one runs.
  const contenders: Contender[] = [];
  for (const argument of strategies) contenders.push(await findStrategy(argument));
  const reports: Report[] = [];
  let changes: readonly Change[] = [];
  for (const contender of contenders) {
    const scenario = make({
      strategy: contender.make,
      client,
      ...(seed === undefined ? {} : { seed }),
      ...(endpoints === undefined ? {} : { endpoints }),
    });
    changes = scenario.changes ?? [];
    reports.push(await simulate(scenario));
  }
  return { reports: reports.map((report, index) => nameApart(report, index, reports, contenders)), changes };
}

/** Two versions of a strategy may call themselves the same. */
function nameApart(
  report: Report,
  index: number,
  reports: readonly Report[],
  contenders: readonly Contender[],
): Report {
  const isAlone = reports.filter(({ strategy }) => strategy === report.strategy).length === 1;
  const { argument } = contenders[index] ?? { argument: '' };
  return isAlone || argument === report.strategy
    ? report
    : { ...report, strategy: `${report.strategy} (${argument})` };
}
