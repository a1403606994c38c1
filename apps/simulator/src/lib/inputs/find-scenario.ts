import type { ClientModel, Scenario } from '@evenkeel/simulator';
import { type ScenarioTemplate, scenarios } from '@evenkeel/simulator/scenarios';
import { didYouMean } from '../cli/closest-word.ts';
import { UsageError } from '../cli/usage-error.ts';
import { isPath, loadExport } from './load-module.ts';

/** What can be made into a scenario for each strategy. */
export type MakeScenario = ScenarioTemplate['make'];

/** A scenario as it is written down, before there is a strategy for it. */
type PlainScenario = Omit<Scenario, 'strategy'>;

/**
 * Finds a scenario in the catalogue, or in a module: a template (an object with `make`), or a scenario without its strategy.
 *
 * @throws UsageError when there is none
 */
export async function findScenario(argument: string): Promise<MakeScenario> {
  const names = scenarios.map(({ name }) => name);
  const known = scenarios.find(({ name }) => name === argument);
  if (known !== undefined) return (trial) => known.make(trial);
  if (!isPath(argument)) {
    throw new UsageError(
      `--scenario: there is none called "${argument}".${didYouMean(argument, names)} ` +
        `There are ${names.join(', ')}; or give a path, such as ./my-scenario.ts`,
    );
  }
  const found = await loadExport(
    '--scenario',
    argument,
    'a scenario (an object with endpoints, clients and durationMs), or a template (one with make),',
    isScenario,
  );
  return 'make' in found ? (trial) => found.make(trial) : plain(argument, found);
}

function plain(argument: string, scenario: PlainScenario): MakeScenario {
  return ({ strategy, seed, endpoints, client }) => {
    if (endpoints !== undefined) {
      throw new UsageError(
        `--endpoints: ${argument} lists its endpoints; export a template, an object with make({ strategy, seed, endpoints, client }), to choose`,
      );
    }
    const withSettings = (model: ClientModel): ClientModel => ({ ...model, ...client });
    const { clients } = scenario;
    return {
      ...scenario,
      strategy,
      ...(seed === undefined ? {} : { seed }),
      clients: isList(clients) ? clients.map(withSettings) : withSettings(clients),
    };
  };
}

function isList(clients: Scenario['clients']): clients is readonly ClientModel[] {
  return Array.isArray(clients);
}

function isScenario(value: unknown): value is ScenarioTemplate | PlainScenario {
  if (typeof value !== 'object' || value === null) return false;
  const { make, endpoints, clients } = value as Partial<ScenarioTemplate & PlainScenario>;
  return typeof make === 'function' || (endpoints !== undefined && clients !== undefined);
}
