export { type FakeCandidate, type FakeCandidateState, fakeCandidate } from './lib/fake-candidate.ts';
export { fakeObservation } from './lib/fake-observation.ts';
export type { RegisterTest } from './lib/register-test.ts';
export { type DiscoveryFixture, type TestDiscoveryOptions, testDiscovery } from './lib/test-discovery.ts';
export { testStrategy } from './lib/test-strategy.ts';
export type { StrategyEnvironment, TestStrategyOptions } from './lib/test-strategy-options.ts';
