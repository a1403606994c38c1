import { type ClusterEvent, toEndpoint } from '@evenkeel/core';
import { expect, it } from 'vitest';
import { describeEvent } from './describe-event.ts';
import { describeRegistrarEvent } from './describe-registrar-event.ts';

const failure = (attempt: number) => ({ error: new Error('refused'), attempt, retryInMs: 99.6 });
const change = (part: Partial<Extract<ClusterEvent, { type: 'endpointsChanged' }>>) =>
  describeEvent('api', { type: 'endpointsChanged', added: [], removed: [], updated: [], total: 2, ...part });

it('tells who came, who left, and who has another weight', () => {
  const [a, b] = [toEndpoint('a:1'), toEndpoint({ address: 'b:1', weight: 0 })];
  expect(change({ added: [a], removed: [b] })).toBe('cluster api: 2 endpoints, added a:1, removed b:1');
  expect(change({ updated: [b] })).toBe('cluster api: 2 endpoints, changed b:1 (weight 0)');
});

it('names five, and counts the others', () => {
  const added = Array.from({ length: 7 }, (_, index) => toEndpoint(`e${index}:1`));
  expect(change({ added })).toBe('cluster api: 2 endpoints, added e0:1 e1:1 e2:1 e3:1 e4:1 and 2 more');
});

it('tells of an outage rarer and rarer', () => {
  const told = (describe: (attempt: number) => string | undefined) =>
    Array.from({ length: 1_000 }, (_, index) => index + 1).filter(
      (attempt) => describe(attempt) !== undefined,
    );
  const seldom = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
  expect(told((attempt) => describeEvent('api', { type: 'discoveryFailed', ...failure(attempt) }))).toEqual(
    seldom,
  );
  for (const type of ['registrationFailed', 'heartbeatFailed'] as const)
    expect(told((attempt) => describeRegistrarEvent({ type, ...failure(attempt) }, 'redis'))).toEqual(seldom);
  expect(describeEvent('api', { type: 'discoveryFailed', ...failure(1) })).toBe(
    'cluster api: discovery failed (refused), next try in 100 ms',
  );
  expect(describeRegistrarEvent({ type: 'heartbeatFailed', ...failure(4) }, 'redis')).toBe(
    'heartbeat failed 4 times (refused), next try in 100 ms',
  );
});

it('makes one line of what a registry says, without what a terminal would obey', () => {
  const error = new Error('\u001b[31m"x\ncluster api: all is well\u2028');
  const shown = '\\u001b[31m"x\\u000acluster api: all is well\\u2028';
  expect(describeEvent('api', { type: 'snapshotRejected', message: error.message })).toBe(
    `cluster api: ${shown}`,
  );
  expect(describeRegistrarEvent({ type: 'deregistrationFailed', error }, 'redis')).toBe(
    `deregistration failed (${shown}), the lease ends by itself`,
  );
});
