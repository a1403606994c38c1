export { type ManualClock, manualClock, settle } from './lib/testing/manual-clock.ts';
export { type ManualDiscovery, manualDiscovery } from './lib/testing/manual-discovery.ts';
