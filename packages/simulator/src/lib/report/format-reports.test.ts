import { InvalidOptionsError } from '@evenkeel/core';
import { leastRequest, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../scenario.ts';
import { simulate } from '../simulate.ts';
import { formatReports } from './format-reports.ts';
import type { Report } from './report.ts';

const SCENARIO: Scenario = {
  name: 'one fails',
  strategy: roundRobin,
  durationMs: 10_000,
  endpoints: [{ service: 20 }, { service: 20, failureRatio: 1 }, { service: 20, weight: 2 }],
  clients: { traffic: { requestsPerSecond: 90, arrivals: 'even' }, retry: false },
};

const run = (more: Partial<Scenario> = {}): Promise<Report> => simulate({ ...SCENARIO, ...more });

describe('a drained endpoint', () => {
  it('that a weight of 0 drains is neither the hottest nor the coldest', async () => {
    const text = async (...weights: readonly number[]): Promise<string> =>
      formatReports([await run({ endpoints: weights.map((weight) => ({ service: 1, weight })) })]);
    expect(await text(0, 1)).toMatch(
      /hottest ÷ fair share +1\.00 × \(e1\)\ncoldest ÷ fair share +1\.00 × \(e1\)/,
    );
    expect(await text(0)).toMatch(/hottest ÷ fair share +–\n/);
  });
});

describe('the table', () => {
  it('has a column for each strategy, and lines for what happened alone', async () => {
    const reports = [await run(), await run({ strategy: leastRequest })];
    const text = formatReports(reports);
    const [head, , names, ...lines] = text.split('\n');
    expect(head).toBe('one fails: 10 s, seed 1, 3 endpoints, 900 requests');
    expect(names?.trim().split(/ {2,}/)).toEqual(['round-robin', 'least-request']);
    const line = (label: string) =>
      lines
        .find((one) => one.trim().startsWith(label))
        ?.trim()
        .slice(label.length)
        .trim()
        .split(/ {2,}/);
    expect(line('failed')).toEqual(reports.map(({ requests }) => String(requests.failed)));
    expect(line('status 500')).toEqual(line('failed'));
    expect(line('p99.99')).toEqual(['20.0 ms', '20.0 ms']);
    // Weights are not for round robin: the heavy one gets too little, and the one that fails is ejected soon.
    expect(line('coldest ÷ fair share')?.[0]).toMatch(/^0\.0\d × \(e1\)$/);
    // Least request sees the failures and goes there too seldom for five in a row.
    expect(line('endpointEjected')).toEqual(['1', '0']);
    expect(line('unfinished')).toBeUndefined();
    expect(line('hedges')).toBeUndefined();
    expect(text).toMatch(
      /events with round-robin\n +[\d.]+ ms {3}endpointEjected e1 \(consecutive-failures, for \d+ ms\)/,
    );
  });

  it('tells of retries, hedges, unfinished requests and tiers below', async () => {
    const text = formatReports([
      await run({
        clients: { traffic: { requestsPerSecond: 90 }, retry: {}, hedge: { delayMs: 5 } },
        endpoints: [{ service: 20 }, { service: 20, failureRatio: 1, failure: { service: 1 } }],
        dependency: { endpoints: [{ service: 1 }] },
        changes: [{ atMs: 9_000, endpoints: 'e0', set: { condition: 'frozen' } }],
        drainMs: 100,
      }),
    ]);
    expect(text).toMatch(/^retries +\d+$/m);
    expect(text).toMatch(/^hedges +\d+$/m);
    expect(text).toMatch(/^unfinished +\d+$/m);
    expect(text).toMatch(/^attempts at tier 1, each +0.\d\d$/m);
  });

  it('has dashes where there were no requests', async () => {
    const text = formatReports([await run({ clients: { traffic: { requestsPerSecond: 0 } } })]);
    expect(text).toMatch(/^succeeded +–$/m);
    expect(text).not.toContain('NaN');
  });
});

it.each([[[]], [undefined]])('asks for a report instead of %o', (reports) => {
  expect(() => formatReports(reports as readonly Report[])).toThrow(InvalidOptionsError);
});
