import {
  EvenkeelError,
  NoEndpointsError,
  OverloadedError,
  TimeoutError,
  UpstreamError,
} from '@evenkeel/core';
import { errors } from 'undici';
import { expect, it } from 'vitest';
import { classifyError } from './classify.ts';

const counts = { known: 0, healthy: 0, ejected: 0, draining: 0 };
const coded = (code: string): Error => Object.assign(new Error('secret 10.0.0.1'), { code });

it.each<[unknown, number, string]>([
  [new NoEndpointsError('api', counts, 'empty'), 503, 'no-endpoints'],
  [new OverloadedError('api', 3), 503, 'overloaded'],
  [new TimeoutError('per try', 5, 'api'), 504, 'upstream-timeout'],
  [
    new UpstreamError('x', { source: 'upstream', retryable: true, cause: coded('ECONNREFUSED') }),
    502,
    'upstream-unreachable',
  ],
  [new UpstreamError('x', { source: 'upstream', retryable: true }), 502, 'upstream-reset'],
  [coded('ECONNREFUSED'), 502, 'upstream-unreachable'],
  [coded('ENOTFOUND'), 502, 'upstream-unreachable'],
  [coded('ECONNRESET'), 502, 'upstream-reset'],
  [new errors.HTTPParserError('x'), 502, 'upstream-protocol'],
  [new errors.SocketError('other side closed'), 502, 'upstream-reset'],
  [new errors.HeadersTimeoutError(), 504, 'upstream-timeout'],
  [new errors.ConnectTimeoutError(), 504, 'upstream-timeout'],
  [new errors.ClientDestroyedError(), 503, 'closing'],
  [new AggregateError([], 'x', { cause: coded('ECONNREFUSED') }), 502, 'upstream-unreachable'],
  [
    new EvenkeelError('ERR_EVENKEEL_NOT_VALIDATED', 'x', { cause: coded('ECONNREFUSED') }),
    504,
    'upstream-unreachable',
  ],
  [new TypeError('bug'), 500, 'internal'],
  [coded('toString'), 500, 'internal'],
  ['no error at all', 500, 'internal'],
])('%s is %i %s', (error, status, reason) => {
  expect(classifyError(error)).toMatchObject({ status, reason });
});

it('asks to try again later only with a 503, and never repeats the text of an error', () => {
  expect(classifyError(new OverloadedError('api', 3))).toMatchObject({ retryAfter: 1 });
  expect(classifyError(coded('ECONNREFUSED'))).not.toHaveProperty('retryAfter');
  expect(JSON.stringify(classifyError(coded('ECONNREFUSED')))).not.toContain('secret');
});

it('ends with causes that go in a circle', () => {
  const circle = new Error('circle');
  circle.cause = circle;
  expect(classifyError(circle)).toMatchObject({ status: 500 });
});
