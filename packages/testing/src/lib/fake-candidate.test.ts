import type { Candidate } from '@evenkeel/core';
import { expect, it } from 'vitest';
import { fakeCandidate } from './fake-candidate.ts';

it('starts idle, with the weight of its endpoint', () => {
  const candidate: Candidate = fakeCandidate({ address: '10.0.0.1:80', weight: 3 });
  expect(candidate).toMatchObject({ weight: 3, inFlight: 0, oldestPendingAt: Number.POSITIVE_INFINITY });
  expect(candidate.endpoint.id).toBe('10.0.0.1:80');
});

it('takes figures at the start and later', () => {
  const candidate = fakeCandidate('10.0.0.1:80', { inFlight: 2, weight: 0.5 });
  expect(candidate).toMatchObject({ inFlight: 2, weight: 0.5 });
  candidate.inFlight = 7;
  expect(candidate.inFlight).toBe(7);
});
