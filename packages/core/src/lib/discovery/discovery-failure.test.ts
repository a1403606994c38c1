import { expect, it } from 'vitest';
import { discoveryFailure } from './discovery-failure.ts';

it.each([
  [new Error('no'), 'redis a:1: no'],
  ['text', 'redis a:1: text'],
  // What a connection to a name with two addresses fails with.
  [
    new AggregateError([new Error('refused by ::1'), new Error('refused by 127.0.0.1')]),
    /refused by ::1; refused/,
  ],
])('says where and what: %s', (error, message) => {
  const failure = discoveryFailure('redis a:1', error);
  expect(failure).toMatchObject({ code: 'ERR_EVENKEEL_DISCOVERY', cause: error });
  expect(failure.message).toMatch(message);
});
