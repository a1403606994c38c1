export { antagonists, antagonistsAt } from './lib/scenarios/antagonists.ts';
export { scenarioByName, scenarios } from './lib/scenarios/catalogue.ts';
export { discoveryUpdate } from './lib/scenarios/discovery-update.ts';
export { panic } from './lib/scenarios/panic.ts';
export { priorityFailover } from './lib/scenarios/priority-failover.ts';
export type { ScenarioTemplate, Trial } from './lib/scenarios/scenario-template.ts';
export { slowHost } from './lib/scenarios/slow-host.ts';
export { slowStart } from './lib/scenarios/slow-start.ts';
export { zoneLoss } from './lib/scenarios/zone-loss.ts';
