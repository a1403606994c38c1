export { batchedFeedback } from './lib/scenarios/batched-feedback.ts';
export { scenarioByName, scenarios } from './lib/scenarios/catalogue.ts';
export { failFast } from './lib/scenarios/fail-fast.ts';
export { type P2cGapTrial, p2cGap } from './lib/scenarios/p2c-gap.ts';
export type { ScenarioTemplate, Trial } from './lib/scenarios/scenario-template.ts';
export { slowHost } from './lib/scenarios/slow-host.ts';
export { type WeightsTrial, weights } from './lib/scenarios/weights.ts';
