import { choiceOption } from '@evenkeel/core';
import { allSlow } from './all-slow.ts';
import { antagonists } from './antagonists.ts';
import { discoveryUpdate } from './discovery-update.ts';
import { failFast } from './fail-fast.ts';
import { outage } from './outage.ts';
import { p2cGap } from './p2c-gap.ts';
import { panic } from './panic.ts';
import { priorityFailover } from './priority-failover.ts';
import { rareSlowness } from './rare-slowness.ts';
import { retryChain } from './retry-chain.ts';
import { retryStorm } from './retry-storm.ts';
import type { ScenarioTemplate } from './scenario-template.ts';
import { slowHost } from './slow-host.ts';
import { slowStart } from './slow-start.ts';
import { weights } from './weights.ts';
import { zoneLoss } from './zone-loss.ts';

/** Every scenario that ships with the simulator. */
export const scenarios: readonly ScenarioTemplate[] = [
  slowHost,
  failFast,
  weights,
  p2cGap,
  antagonists,
  rareSlowness,
  allSlow,
  retryStorm,
  retryChain,
  outage,
  zoneLoss,
  priorityFailover,
  panic,
  slowStart,
  discoveryUpdate,
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
