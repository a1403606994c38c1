import { testOutages } from './test-outages.ts';

await testOutages('redis');
