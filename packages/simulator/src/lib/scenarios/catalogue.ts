import { choiceOption } from '@evenkeel/core';
import { antagonists } from './antagonists.ts';
import { discoveryUpdate } from './discovery-update.ts';
import { panic } from './panic.ts';
import { priorityFailover } from './priority-failover.ts';
import type { ScenarioTemplate } from './scenario-template.ts';
import { slowHost } from './slow-host.ts';
import { slowStart } from './slow-start.ts';
import { zoneLoss } from './zone-loss.ts';

/** Every scenario that ships with the simulator. */
export const scenarios: readonly ScenarioTemplate[] = [
  slowHost,
  antagonists,
  discoveryUpdate,
  priorityFailover,
  panic,
  zoneLoss,
  slowStart,
];

/**
 * Finds a scenario of the catalogue.
 *
 * @throws InvalidOptionsError when there is none of that name
 */
export function scenarioByName(name: string): ScenarioTemplate {
  const names = scenarios.map((template) => template.name);
  choiceOption('scenario', name, name, names);
  return scenarios.find((template) => template.name === name) as ScenarioTemplate;
}
