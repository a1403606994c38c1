import { type Clock, isEvenkeelError, systemClock } from '@evenkeel/core';
import { manualClock } from '@evenkeel/core/testing';
import { until } from '@evenkeel/testing/driver';
import { afterEach, describe, expect, it } from 'vitest';
import { type EtcdConnectionOptions, etcdPlace } from './connection-options.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { createRotation } from './rotation.ts';
import {
  created,
  drip,
  type FakeAnswer,
  type FakeGateway,
  fakeGateway,
  grpcError,
  HEADER,
  headersOnly,
  html,
  json,
  silent,
  stream,
  truncated,
} from './testing/fake-gateway.ts';

/** Long for those who answer, short for those who do not. */
const TIMEOUT_MS = 10_000;
const SHORT_MS = 150;
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

async function bench(
  answers: Record<string, FakeAnswer>,
  options: Partial<EtcdConnectionOptions> = {},
  clock: Clock = systemClock,
  timeoutMs: number = TIMEOUT_MS,
): Promise<{ fake: FakeGateway; gateway: Gateway; controller: AbortController }> {
  const fake = await fakeGateway(answers);
  const place = etcdPlace({ endpoints: [fake.origin], ...options });
  const rotation = createRotation(place.origins, () => 0);
  const gateway = openGateway({ place, rotation, clock, timeoutMs });
  open.push(fake, { [Symbol.asyncDispose]: gateway.close });
  return { fake, gateway, controller: new AbortController() };
}

const FAILURES: readonly (readonly [string, FakeAnswer, string | RegExp])[] = [
  ['a page with status 200', html(200), /the answer is no JSON: "<html>/],
  ['a page with status 502', html(502), /^HTTP status 502: "<html>/],
  ['status 401 of a proxy', json({ error: 'who are you' }, 401), /^HTTP status 401: /],
  ['status 503 without a body', (response) => void response.writeHead(503).end(), /^HTTP status 503: ""/],
  ['an error of etcd', grpcError('etcdserver: no leader', 14, 503), 'etcdserver: no leader'],
  ['an error in a stream', stream({ error: { grpc_code: 14, message: 'lost' } }), 'lost'],
  ['nothing at all', (response) => void response.writeHead(200).end(), 'the answer is empty'],
  ['a JSON list', json([1]), 'the answer is no JSON object: "[1]"'],
  ['half an answer', truncated('{"header":{"clu'), /.+/],
  [
    'a closed connection',
    (response) => void response.destroy(),
    /other side closed|socket hang up|ECONNRESET/,
  ],
];

const SLOW: readonly (readonly [string, FakeAnswer])[] = [
  ['silence', silent],
  ['headers and no body', headersOnly],
  ['a byte now and then', drip('{"header":')],
];

describe.each(['call', 'stream'] as const)('a %s', (way) => {
  const ask = async (gateway: Gateway, signal: AbortSignal): Promise<unknown> =>
    way === 'call' ? gateway.call('x', {}, signal) : gateway.stream('x', {}, signal).next();

  it.each(FAILURES)('rejects at %s', async (_name, answer, message) => {
    const { fake, gateway, controller } = await bench({ x: answer });
    await expect(ask(gateway, controller.signal)).rejects.toThrow(message);
    expect(fake.requests).toHaveLength(1);
    await gateway.close();
    await until(() => fake.openSockets() === 0);
  });

  it.each(SLOW)('rejects in time at %s', async (_name, answer) => {
    const { fake, gateway, controller } = await bench({ x: answer }, {}, systemClock, SHORT_MS);
    await expect(ask(gateway, controller.signal)).rejects.toThrow('timeout of 150 ms passed');
    await until(() => fake.openSockets() === 0);
  });

  it('rejects with the reason of its signal, before and while it waits', async () => {
    const { fake, gateway, controller } = await bench({ x: silent });
    await expect(ask(gateway, AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
    expect(fake.requests).toHaveLength(0);
    const asked = ask(gateway, controller.signal);
    await until(() => fake.requests.length === 1);
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await until(() => fake.openSockets() === 0);
  });

  it('goes to the next endpoint at once when it reached nobody', async () => {
    const { fake, gateway, controller } = await bench({ x: json({ ok: 1 }) });
    const place = etcdPlace({ endpoints: ['127.0.0.1:1', fake.origin] });
    const rotation = createRotation(place.origins, () => 0);
    const two = openGateway({ place, rotation, clock: systemClock, timeoutMs: TIMEOUT_MS });
    await ask(two, controller.signal);
    expect([two.endpoint, rotation.current()]).toEqual([fake.origin, fake.origin]);
    await Promise.all([two.close(), gateway.close()]);
  });

  it('leaves the next endpoint to the next call when it reached somebody, unless etcd gave an answer', async () => {
    const { fake, gateway, controller } = await bench({ x: html(503) });
    const place = etcdPlace({ endpoints: [fake.origin, '127.0.0.1:1'] });
    const rotation = createRotation(place.origins, () => 0);
    const two = openGateway({ place, rotation, clock: systemClock, timeoutMs: TIMEOUT_MS });
    fake.answers.x = grpcError('etcdserver: permission denied', 7, 403);
    await expect(ask(two, controller.signal)).rejects.toThrow('permission denied');
    expect(two.endpoint).toBe(fake.origin);
    fake.answers.x = html(503);
    await expect(ask(two, controller.signal)).rejects.toThrow('503');
    expect(two.endpoint).toBe('http://127.0.0.1:1');
    await Promise.all([two.close(), gateway.close()]);
  });
});

describe('a stream', () => {
  it('may be silent for longer than the timeout once it has begun', async () => {
    const clock = manualClock();
    const { fake, gateway, controller } = await bench({ watch: stream(created()) }, {}, clock);
    const messages = gateway.stream('watch', {}, controller.signal);
    await messages.next();
    const next = messages.next();
    await clock.advanceAsync(86_400_000);
    fake.push({ result: { more: true } });
    expect((await next).value).toEqual({ result: { more: true } });
    await messages.return();
    await until(() => fake.openSockets() === 0);
  });

  it('throws when it is cut off within a message', async () => {
    const { gateway, controller } = await bench({ watch: truncated('{"result":{}}\n{"resul') });
    const messages = gateway.stream('watch', {}, controller.signal);
    await messages.next();
    await expect(messages.next()).rejects.toThrow();
  });

  it('closes its connection when nobody reads on, also after the first message', async () => {
    const { fake, gateway, controller } = await bench({ watch: stream(created()) });
    const messages = gateway.stream('watch', {}, controller.signal);
    await messages.next();
    await messages.return();
    await until(() => fake.openSockets() === 0);
  });
});

describe('a token', () => {
  const user = { username: 'u', password: 'secret' };
  const guarded: FakeAnswer = (response, request) =>
    request.token === 'new'
      ? json({ header: HEADER })(response, request)
      : grpcError('etcdserver: invalid auth token', 16, 401)(response, request);

  it('is asked for once', async () => {
    const { fake, gateway, controller } = await bench(
      { x: guarded, 'auth/authenticate': json({ token: 'new' }) },
      user,
    );
    await gateway.call('x', {}, controller.signal);
    await gateway.call('x', {}, controller.signal);
    expect(fake.requests.map(({ path, token }) => [path, token])).toEqual([
      ['auth/authenticate', undefined],
      ['x', 'new'],
      ['x', 'new'],
    ]);
    expect(fake.requests[0]?.body).toEqual({ name: 'u', password: 'secret' });
  });

  it('is renewed once when it is refused, not for ever', async () => {
    let given = 0;
    const { fake, gateway, controller } = await bench(
      {
        x: guarded,
        'auth/authenticate': (response, request) =>
          json({ token: ['old', 'new'][given++] ?? 'older' })(response, request),
      },
      user,
    );
    await gateway.call('x', {}, controller.signal);
    expect(fake.requests).toHaveLength(4);
    fake.answers.x = grpcError('etcdserver: invalid auth token', 16, 401);
    const error = await gateway.call('x', {}, controller.signal).catch((reason: unknown) => reason);
    expect(isEvenkeelError(error, 'ERR_EVENKEEL_DISCOVERY')).toBe(true);
    expect(fake.requests).toHaveLength(7);
  });

  it('is done without where etcd has no users', async () => {
    const { fake, gateway, controller } = await bench(
      {
        x: json({ header: HEADER }),
        'auth/authenticate': grpcError('etcdserver: authentication is not enabled', 9, 412),
      },
      user,
    );
    await gateway.call('x', {}, controller.signal);
    await gateway.call('x', {}, controller.signal);
    expect(fake.requests.map(({ path, token }) => [path, token])).toEqual([
      ['auth/authenticate', undefined],
      ['x', undefined],
      ['x', undefined],
    ]);
  });

  it.each([
    ['none', json({}), 'etcd gave no token'],
    ['a refusal', grpcError('etcdserver: authentication failed', 3), 'authentication failed'],
  ] as const)('%s is an error', async (_name, answer, message) => {
    const { gateway, controller } = await bench({ x: guarded, 'auth/authenticate': answer }, user);
    await expect(gateway.call('x', {}, controller.signal)).rejects.toThrow(message);
  });
});
