import { InvalidOptionsError, type RegistrarEvent } from '@evenkeel/core';
import { manualClock } from '@evenkeel/core/testing';
import { until } from '@evenkeel/testing/driver';
import { describe, expect, it } from 'vitest';
import type { PapiClient, PapiRequest } from './client.ts';
import { type ConsulRegistrarOptions, consulRegistrar } from './registrar.ts';
import { fakeAgent } from './testing/fake-agent.ts';

/** A client that answers like an agent, on a clock that is moved by hand. */
function bench(options: Partial<ConsulRegistrarOptions> = {}) {
  const calls: PapiRequest[] = [];
  const state = { status: 200, body: '', hangs: false, only: '' };
  const answer = async (request: PapiRequest): Promise<void> => {
    calls.push(request);
    if (state.hangs)
      await new Promise((_, reject) => request.ctx.once('cancel', () => reject(new Error('gone'))));
    const statusCode = request.path.includes(state.only) ? state.status : 200;
    const response = { statusCode, headers: {}, complete: true, once: () => {} };
    request.pipe.emit('pipe', response);
    request.pipe.write(Buffer.from(state.body));
  };
  const client: PapiClient = { health: {}, agent: {}, _get: answer, _put: answer };
  const clock = manualClock();
  const events: RegistrarEvent[] = [];
  const registrar = consulRegistrar({
    client,
    service: 'orders',
    endpoint: '10.0.0.1:80',
    clock,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const paths = (): readonly string[] => calls.map(({ path }) => path.replace('/agent/', ''));
  return { registrar, calls, paths, state, clock, events };
}

describe('consulRegistrar', () => {
  it('sends all of the endpoint, weights included, and a check with the lease', async () => {
    const { registrar, calls } = bench({
      weight: 7,
      warningWeight: 2,
      priority: 1,
      zone: 'z',
      version: '1.2',
      tags: ['x'],
      metadata: { k: 'v' },
      token: 'secret',
      namespace: 'n',
    });
    await registrar.register();
    const [{ query, headers, body } = { query: {}, headers: {} }] = calls;
    expect(query).toEqual({ ns: 'n', 'replace-existing-checks': 'true' });
    expect(headers).toEqual({ 'x-consul-token': 'secret' });
    expect(body).toEqual({
      ID: 'orders:10.0.0.1:80',
      Name: 'orders',
      Address: '10.0.0.1',
      Port: 80,
      Tags: ['x'],
      Meta: { k: 'v', version: '1.2', zone: 'z', priority: '1' },
      Weights: { Passing: 7, Warning: 2 },
      Check: {
        CheckID: 'service:orders:10.0.0.1:80',
        Name: 'heartbeat',
        DeregisterCriticalServiceAfter: '60000ms',
        TTL: '15000ms',
        Status: 'passing',
      },
    });
  });

  it('lets Consul check by HTTP instead', async () => {
    const { registrar, calls, paths, clock } = bench({ check: { url: 'http://10.0.0.1:80/up' } });
    await registrar.register();
    expect(calls[0]?.body).toMatchObject({
      Check: { HTTP: 'http://10.0.0.1/up', Interval: '5000ms', Timeout: '2000ms' },
    });
    await clock.advanceAsync(5_000);
    expect(paths()).toEqual(['service/register', 'service/{id}']);
  });

  it.each([
    [500, 'CheckID "service:x" does not have associated TTL'],
    [404, 'Unknown check ID'],
    [500, 'Unknown check ID "service:x"'],
  ])('registers again at once when a heartbeat finds nothing: %i %s', async (status, body) => {
    const { registrar, paths, state, clock, events } = bench();
    await registrar.register();
    Object.assign(state, { status, body, only: '/check/' });
    await clock.advanceAsync(5_000);
    expect(paths()).toEqual(['service/register', 'check/pass/{check}', 'service/register']);
    expect(events.map(({ type }) => type)).toEqual(['registered', 'registrationLost', 'registered']);
  });

  it('goes on after another error, and tells it', async () => {
    const { registrar, state, clock, events } = bench();
    await registrar.register();
    Object.assign(state, { status: 500, body: 'rpc error: no cluster leader' });
    await clock.advanceAsync(5_000);
    expect(events.at(-1)).toMatchObject({
      type: 'heartbeatFailed',
      error: { message: 'HTTP 500: rpc error: no cluster leader' },
    });
    expect(registrar.state).toBe('registered');
  });

  it('names what it asked for in its errors, with a time limit in whole ms', async () => {
    const { registrar, state, clock, events } = bench({ ttlMs: 5_000 });
    await registrar.register();
    state.hangs = true;
    await clock.advanceAsync(7_000);
    expect(events.at(-1)).toMatchObject({
      type: 'heartbeatFailed',
      error: { message: '/agent/check/pass/service:orders:10.0.0.1:80: request timeout of 3333 ms passed' },
    });
  });

  it('leaves by way of maintenance, after which watches have 250 ms to see it', async () => {
    const { registrar, calls, paths, clock } = bench();
    await registrar.register();
    const left = registrar.deregister();
    await clock.advanceAsync(249);
    expect(paths().at(-1)).toBe('service/maintenance/{id}');
    expect(calls.at(-1)).toMatchObject({ query: { enable: 'true', reason: 'draining' } });
    await clock.advanceAsync(1);
    await left;
    expect(paths().at(-1)).toBe('service/deregister/{id}');
  });

  it('does not wait long for the maintenance when Consul has no leader', async () => {
    const { registrar, paths, state, clock } = bench();
    await registrar.register();
    state.hangs = true;
    const left = registrar.deregister();
    await clock.advanceAsync(999);
    expect(paths().at(-1)).toBe('service/maintenance/{id}');
    state.hangs = false;
    await clock.advanceAsync(1);
    await left;
    expect(paths().at(-1)).toBe('service/deregister/{id}');
  });

  it('takes what the agent does not know for deregistered', async () => {
    const { registrar, paths, state } = bench();
    await registrar.register();
    Object.assign(state, { status: 404, body: 'No service registered with ID "x"' });
    await registrar.deregister();
    expect(paths()).toEqual(['service/register', 'service/maintenance/{id}']);
  });

  it('gives a registration 10 s, a heartbeat two thirds of the lease, and a deregistration 5 s', async () => {
    const { registrar, state, clock, events } = bench({ ttlMs: 6_000 });
    state.hangs = true;
    void registrar.register().catch(() => {});
    await clock.advanceAsync(9_999);
    expect(events).toEqual([]);
    await clock.advanceAsync(1);
    expect(events.map(({ type }) => type)).toEqual(['registrationFailed']);
    state.hangs = false;
    // The pause before the second attempt.
    await clock.advanceAsync(150);
    expect(registrar.state).toBe('registered');
    state.hangs = true;
    events.length = 0;
    await clock.advanceAsync(2_000 + 3_999);
    expect(events).toEqual([]);
    await clock.advanceAsync(1);
    expect(events.map(({ type }) => type)).toEqual(['heartbeatFailed']);
    const left = expect(registrar.deregister()).rejects.toThrow('request timeout of 5000 ms');
    await clock.advanceAsync(4_000 + 2 * (1_000 + 5_000));
    await left;
  });

  it('closes its connection, and not that of others', async () => {
    await using agent = await fakeAgent();
    agent.answer = (response) => response.writeHead(200).end();
    const options = { address: agent.address, service: 's' };
    const first = consulRegistrar({ ...options, endpoint: 'a:1' });
    const second = consulRegistrar({ ...options, endpoint: 'a:2' });
    await Promise.all([first.register(), second.register()]);
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    await until(() => agent.sockets.size === 0);
    expect(agent.requests.map(({ method }) => method)).toEqual(Array(6).fill('PUT'));
  });

  it.each([
    [{ endpoint: undefined }, 'endpoint'],
    [{ endpoint: '10.0.0.1' }, 'endpoint'],
    [{ endpoint: 'a:70000' }, 'endpoint'],
    [{ service: '' }, 'service'],
    [{ id: 'a\nb' }, 'id'],
    [{ weight: 0 }, 'weight'],
    [{ weight: 1.5 }, 'weight'],
    [{ warningWeight: -1 }, 'warningWeight'],
    [{ metadata: { 'a.b': 'c' } }, 'metadata.a.b'],
    [{ metadata: { a: 'x'.repeat(513) } }, 'metadata.a'],
    [{ tags: ['a\nb'] }, 'tags[0]'],
    [{ check: { url: 'tcp://x' } }, 'check.url'],
    [{ check: { url: 'http://x', interval: 1 } }, 'did you mean "intervalMs"'],
    [{ deregisterAfterMs: 1_000 }, 'deregisterAfterMs'],
    [{ ttlMs: 1 }, 'ttlMs'],
    [{ ttl: 1 }, 'did you mean'],
  ] as [Partial<ConsulRegistrarOptions>, string][])('refuses %j', (options, field) => {
    expect(() => bench(options)).toThrow(InvalidOptionsError);
    expect(() => bench(options)).toThrow(field);
  });
});
