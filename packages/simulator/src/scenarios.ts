export { scenarioByName, scenarios } from './lib/scenarios/catalogue.ts';
export type { ScenarioTemplate, Trial } from './lib/scenarios/scenario-template.ts';
export { slowHost } from './lib/scenarios/slow-host.ts';
