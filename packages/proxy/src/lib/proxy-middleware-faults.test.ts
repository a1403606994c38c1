import { expect, it } from 'vitest';
import type { Middleware, ResponseHead, RoutedRequest } from './middleware/middleware.ts';
import { wrapResponse } from './middleware/wrap-response.ts';
import { valuesOf } from './testing/strict-head.ts';
import { readResponses } from './testing/strict-responses.ts';
import { closing, throughProxy } from './testing/through-proxy.ts';

const BAD = 'a\r\nx-evil: 1';
const through = (middleware: Middleware) =>
  throughProxy(closing('GET /'), { proxy: { middleware: [middleware] } });

it.each<[string, (request: RoutedRequest) => void]>([
  ['a field with CRLF', ({ headers }) => headers.set('x-a', BAD)],
  ['a field with a bad name', ({ headers }) => headers.set('x a', 'b')],
  ['a path with CRLF', (request) => Object.assign(request, { path: `/${BAD}` })],
  ['a method that is none', (request) => Object.assign(request, { method: 'G ET' })],
  ['a length that is none', ({ headers }) => headers.set('content-length', 'x')],
  ['a transfer coding', ({ headers }) => headers.set('transfer-encoding', 'chunked')],
  ['two hosts', ({ headers }) => headers.append('host', 'other')],
])('a request that middleware gives %s is answered 500, and nothing is sent', async (_, change) => {
  const { status, requests, events } = await through((request, next) => {
    change(request);
    next();
  });
  expect({ status, requests }).toEqual({ status: 500, requests: [] });
  expect(events).toMatchObject([{ reason: 'internal', error: expect.anything() }]);
});

it.each<[string, (head: ResponseHead) => void]>([
  ['a field with CRLF', ({ headers }) => headers.set('x-a', BAD)],
  ['a status that is none', (head) => Object.assign(head, { status: 1_000 })],
  [
    'an exception',
    () => {
      throw new Error('a fault of middleware');
    },
  ],
])('an answer that middleware gives %s becomes 500', async (_, change) => {
  const answer = await through((request, next) => {
    request.onResponse(change);
    next();
  });
  expect(answer.status).toBe(500);
  expect(answer.text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(answer.events).toMatchObject([{ status: 500, reason: 'internal', error: expect.anything() }]);
});

it('so does one of the proxy itself, and one that a writer of middleware cannot take', async () => {
  const throws = () => {
    throw new Error('a fault of middleware');
  };
  const own = await throughProxy(closing('GET /'), {
    proxy: {
      routes: [{ cluster: 'api', match: { path: '/only' } }],
      middleware: [
        (request, next) => {
          request.onResponse(throws);
          next();
        },
      ],
    },
  });
  expect(own).toMatchObject({ status: 500, events: [{ reason: 'internal' }] });
  const wrapped = await through((request, next) => {
    request.response = wrapResponse(request.response, { start: throws });
    next();
  });
  expect(wrapped).toMatchObject({ status: 500, events: [{ reason: 'internal' }] });
  const answered = await through((request) => request.respond(200, ['x-a', BAD], 'hi'));
  expect(answered).toMatchObject({ status: 500, events: [{ reason: 'internal' }] });
});

it('an answer has one framing, whatever middleware says', async () => {
  const { text } = await through((request, next) => {
    request.onResponse(({ headers }) => headers.set('transfer-encoding', 'chunked'));
    next();
  });
  const { responses, fault } = readResponses(text, ['GET'], 'closed');
  expect(fault).toBeUndefined();
  expect(responses).toMatchObject([{ content: 'ok', complete: true }]);
  expect(valuesOf(responses[0]?.fields ?? [], 'transfer-encoding')).toEqual([]);
});

it('what throws at the end of an exchange shows in its event, and harms nobody', async () => {
  let others = 0;
  const { status, events } = await through((request, next) => {
    request.onEnd(() => {
      throw new Error('a fault of middleware');
    });
    request.onEnd(() => {
      others++;
    });
    next();
  });
  expect(status).toBe(200);
  expect(others).toBe(1);
  expect(events).toMatchObject([{ status: 200, error: { message: 'a fault of middleware' } }]);
});
