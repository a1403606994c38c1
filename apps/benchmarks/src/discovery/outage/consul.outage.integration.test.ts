import { testOutages } from './test-outages.ts';

await testOutages('consul');
