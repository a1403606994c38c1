import { expect, it } from 'vitest';
import { RunningTally, summarize } from './tally.ts';

it('counts failures and finds percentiles, in whatever order latencies come', () => {
  const tally = new RunningTally();
  for (let latency = 100; latency > 0; latency--) tally.add(latency !== 50, latency);
  expect(summarize(tally)).toEqual({
    requests: 100,
    failures: 1,
    successRatio: 0.99,
    p50: 51,
    p95: 96,
    p99: 100,
  });
});

it('calls nothing a success', () => {
  expect(summarize(new RunningTally())).toMatchObject({ requests: 0, successRatio: 1, p99: 0 });
});
