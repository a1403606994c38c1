import { isEvenkeelError } from '@evenkeel/core';
import { expect, it } from 'vitest';
import { writtenField } from './written-field.ts';

it.each([
  'x-user',
  'X-Forwarded-User',
  'x-forwarded-client-cert',
  'traceparent',
  'x_id',
  'forwarded-for',
  'x-via',
])('takes %s as it is written', (name) => {
  expect(writtenField('userHeader', name)).toBe(name);
});

it.each([
  'connection',
  'Content-Length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'Transfer-Encoding',
  'upgrade',
  'expect',
  'Host',
  'via',
  'Forwarded',
  'x-real-ip',
  'x-forwarded-for',
  'X-Forwarded-Proto',
  'x-forwarded-host',
  'x-forwarded-port',
  '',
  'a b',
  'a:b',
  'ä',
  'x\r\ny',
  ':path',
  7,
  null,
])('refuses %j', (name) => {
  let error: unknown;
  try {
    writtenField('userHeader', name);
  } catch (thrown) {
    error = thrown;
  }
  expect(isEvenkeelError(error, 'ERR_EVENKEEL_INVALID_OPTIONS')).toBe(true);
  expect((error as Error).message).toContain(
    `userHeader: got ${JSON.stringify(name)}, expected a name of a field such as "x-user", and none that frames or ` +
      'routes the message or tells of hops (connection, content-length, ',
  );
});
