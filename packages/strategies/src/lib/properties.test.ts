import { type Candidate, type Strategy, seededRandom } from '@evenkeel/core';
import { manualClock } from '@evenkeel/core/testing';
import { type FakeCandidate, fakeCandidate } from '@evenkeel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComparisonOptions } from './comparison.ts';
import { failoverOrder } from './failover-order.ts';
import { firstFit } from './first-fit.ts';
import { leastRequest } from './least-request.ts';
import { leastTime } from './least-time.ts';
import { p2c } from './p2c.ts';
import { peakEwma } from './peak-ewma.ts';
import { prequal } from './prequal.ts';
import { random } from './random.ts';
import { reportedLoad } from './reported-load.ts';
import { roundRobin } from './round-robin.ts';
import { smoothWeightedRoundRobin } from './smooth-weighted-round-robin.ts';
import { weightedRandom } from './weighted-random.ts';

const strategies: readonly [string, (environment: ComparisonOptions) => Strategy][] = [
  ['failoverOrder', failoverOrder],
  ['firstFit', () => firstFit({ maxInFlight: 2 })],
  ['leastRequest', leastRequest],
  ['leastTime', leastTime],
  ['p2c', p2c],
  ['p2c of three', (environment) => p2c({ ...environment, choices: 3, fullScanUpTo: 2 })],
  ['peakEwma', peakEwma],
  ['prequal', prequal],
  ['random', random],
  ['reportedLoad', reportedLoad],
  ['roundRobin', roundRobin],
  ['smoothWeightedRoundRobin', smoothWeightedRoundRobin],
  ['weightedRandom', weightedRandom],
];

const POOL = 80;
const subset = fc.oneof(
  fc.subarray([...Array(6).keys()]),
  fc.subarray([...Array(POOL).keys()]),
  fc.shuffledSubarray([...Array(POOL).keys()]),
);
const step = fc.oneof(
  fc.record({ type: fc.constant('update' as const), of: subset }),
  fc.record({ type: fc.constant('pick' as const), exclude: subset }),
  fc.record({ type: fc.constant('pick' as const), exclude: fc.constant([] as number[]) }),
  fc.record({
    type: fc.constant('finish' as const),
    kind: fc.constantFrom('success' as const, 'failure' as const, 'cancelled' as const),
    latencyMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    rps: fc.double(),
  }),
  fc.record({
    type: fc.constant('weigh' as const),
    index: fc.nat(POOL - 1),
    weight: fc.double({ min: 1e-6, max: 65_535, noNaN: true }),
  }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(100_000) }),
);

describe('any sequence of events', () => {
  it.each(strategies)('leaves %s picking one of the open candidates if there is any', (_, make) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
        const clock = manualClock();
        const strategy = make({ clock, random: seededRandom(seed) });
        const pool = Array.from({ length: POOL }, (_, i) => fakeCandidate({ host: 'h', port: i + 1 }));
        let list: FakeCandidate[] = [];
        const open: FakeCandidate[] = [];
        for (const event of steps) {
          if (event.type === 'update') {
            list = event.of.map((i) => pool[i]!);
            strategy.update(list);
          } else if (event.type === 'weigh') {
            pool[event.index]!.weight = event.weight;
            strategy.update(list);
          } else if (event.type === 'wait') {
            clock.advance(event.ms);
          } else if (event.type === 'finish') {
            const done = open.shift();
            if (done === undefined) continue;
            done.inFlight--;
            done.pending--;
            strategy.observe?.(done, {
              kind: event.kind,
              latencyMs: event.latencyMs,
              at: clock.now(),
              loadReport: { rps: event.rps, cpuUtilization: event.rps, requestsInFlight: event.rps },
            });
          } else {
            const exclude = new Set(event.exclude.map((i) => pool[i]!.endpoint.id));
            const allowed: readonly Candidate[] = list.filter(({ endpoint }) => !exclude.has(endpoint.id));
            const picked = strategy.pick({ exclude }) as FakeCandidate | undefined;
            if (allowed.length === 0) expect(picked).toBeUndefined();
            else expect(allowed.includes(picked as FakeCandidate)).toBe(true);
            if (picked === undefined) continue;
            picked.inFlight++;
            picked.pending++;
            picked.oldestPendingAt = Math.min(picked.oldestPendingAt, clock.now());
            open.push(picked);
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
