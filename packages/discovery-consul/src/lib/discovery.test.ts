import { InvalidOptionsError } from '@evenkeel/core';
import { until, watchedCluster } from '@evenkeel/testing/driver';
import { describe, expect, it, onTestFinished } from 'vitest';
import { consulDiscovery } from './discovery.ts';
import type { ConsulDiscoveryOptions } from './options.ts';
import { entry, type FakeAgent, fakeAgent, json } from './testing/fake-agent.ts';
import { type Follower, follow } from './testing/follower.ts';

const critical = [{ CheckID: 'service:s1', Status: 'critical' }];
const maintenance = [{ CheckID: '_service_maintenance:s1', Status: 'critical' }];

async function bench(
  options: Partial<ConsulDiscoveryOptions> = {},
): Promise<{ agent: FakeAgent; watch: Follower }> {
  const agent = await fakeAgent();
  agent.publish([entry(1), entry(2)]);
  const watch = follow(
    consulDiscovery({
      address: agent.address,
      ...(options.query === undefined && { service: 's' }),
      ...options,
    }),
  );
  onTestFinished(async () => {
    await watch.close();
    await agent[Symbol.asyncDispose]();
  });
  return { agent, watch };
}

const weights = ({ snapshots }: Follower): readonly (readonly [number, number])[] =>
  (snapshots.at(-1)?.endpoints ?? []).map(({ port, weight }) => [port, weight] as const);

describe('a watch', () => {
  it('begins at index 0, waits at the index of the answer, and names all it is told to', async () => {
    const { agent, watch } = await bench({
      datacenter: 'eu',
      tags: ['a', 'b'],
      filter: 'x == 1',
      namespace: 'n',
      partition: 'p',
      token: 'secret',
      waitMs: 2_000,
    });
    await watch.until(1, 2);
    await until(() => agent.requests.length === 2);
    const [first, second] = agent.requests;
    expect(first?.url.href).toBe(
      'http://agent/v1/health/service/s?ns=n&partition=p&tag=a&tag=b&filter=x%20%3D%3D%201&stale=1&dc=eu',
    );
    expect(second?.url.searchParams.get('index')).toBe('11');
    expect(second?.url.searchParams.get('wait')).toBe('2000ms');
    expect(second?.headers).toMatchObject({ 'x-consul-token': 'secret' });
  });

  it('tells the index as revision, and yields nothing for an answer without news', async () => {
    const { agent, watch } = await bench();
    await watch.until(1, 2);
    agent.publish([entry(2), entry(1, { checks: [{ CheckID: 'c', Status: 'passing', Output: 'other' }] })]);
    await until(() => agent.requests.length === 3);
    agent.publish([entry(1)]);
    await watch.until(1);
    expect(watch.snapshots.map(({ revision }) => revision)).toEqual([11n, 13n]);
  });

  it('begins anew at index 0 when the index goes back, and tells it though nothing changed', async () => {
    const { agent, watch } = await bench();
    await watch.until(1, 2);
    agent.publish([entry(1), entry(2)], { index: 3 });
    await watch.untilTrue(({ revision }) => revision === 3n);
    await until(() => agent.requests.length === 4);
    const indices = agent.requests.map(({ url }) => url.searchParams.get('index'));
    expect(indices).toEqual([null, '11', null, '3']);
  });

  it('compares indices beyond 2^53', async () => {
    const agent = await fakeAgent();
    await using _ = agent;
    const indices = ['9007199254740993', '9007199254740992'];
    agent.answer = (response) => {
      const index = indices.shift();
      if (index !== undefined) json(response, [entry(1)], { 'x-consul-index': index });
    };
    const watch = follow(consulDiscovery({ address: agent.address, service: 's' }));
    await watch.untilTrue(({ revision }) => revision === 9007199254740993n);
    await watch.untilTrue(({ revision }) => revision === 9007199254740992n);
    await watch.close();
  });

  it.each([{ 'x-consul-knownleader': 'false' }, { 'x-consul-lastcontact': '5001' }])(
    'says so when the answer may be out of date (%j), and asks again soon',
    async (headers) => {
      const { agent, watch } = await bench();
      await watch.until(1, 2);
      agent.answer = (response) => json(response, [entry(1)], { 'x-consul-index': '50', ...headers });
      agent.wake();
      expect(await watch.until(1)).toMatchObject({ stale: true });
      agent.answer = (response) => json(response, [entry(1)], { 'x-consul-index': '50' });
      await watch.untilTrue(({ stale }) => stale === undefined);
    },
  );

  it('is stale while the probe finds no leader, with what it knows', async () => {
    const { agent, watch } = await bench({ pingMs: 100 });
    await watch.until(1, 2);
    agent.leader = (response) => json(response, '');
    const stale = await watch.untilTrue((snapshot) => snapshot.stale === true);
    expect(stale.endpoints).toHaveLength(2);
    await until(() => agent.requests.at(-1)?.url.searchParams.get('wait') === '2000ms');
    agent.leader = (response) => json(response, 'x:1');
    await watch.untilTrue((snapshot) => snapshot.stale === undefined);
  });

  it('fails when the probe is not answered', async () => {
    const { agent, watch } = await bench({ pingMs: 100, timeoutMs: 100 });
    await watch.until(1, 2);
    agent.leader = () => {};
    expect(String(await watch.failure())).toMatch(/\/status\/leader: request timeout of 100 ms/);
  });

  it('outlives an agent that hangs up on the probe alone, as it does when it has too many connections', async () => {
    const { agent, watch } = await bench({ pingMs: 100 });
    await watch.until(1, 2);
    let hangUps = 0;
    agent.leader = (response) => {
      hangUps++;
      response.socket?.destroy();
    };
    await until(() => hangUps >= 3);
    agent.publish([entry(3)]);
    await watch.until(3);
    // Nothing began anew: the query that waited was answered.
    expect(agent.requests.filter(({ url }) => !url.searchParams.has('index'))).toHaveLength(1);
  });

  it('notices at once that an answer was cut off', async () => {
    const { agent, watch } = await bench();
    agent.answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9' });
      response.write('[', () => response.destroy());
    };
    agent.wake();
    expect(String(await watch.failure())).toMatch(/the answer was cut off/);
  });

  it('hands a slow reader the newest snapshot, and all who left by way of maintenance', async () => {
    const { agent, watch } = await bench();
    await watch.until(1, 2);
    agent.publish([entry(1, { checks: maintenance }), entry(2)]);
    await until(() => agent.requests.length === 3);
    agent.publish([entry(2)]);
    await until(() => agent.requests.length === 4);
    agent.publish([entry(2), entry(3)]);
    await until(() => agent.requests.length === 5);
    expect(await watch.until(2, 3)).toMatchObject({ deregistered: ['n1/s1'] });
    expect(watch.snapshots).toHaveLength(2);
  });
});

describe('health', () => {
  it.each([
    ['no checks', [], 7],
    ['all passing', [{ CheckID: 'serfHealth', Status: 'passing' }], 7],
    ['a warning', [{ Status: 'passing' }, { Status: 'warning' }], 3],
    ['a critical one', [{ Status: 'warning' }, { Status: 'critical' }], 0],
    ['a status of the future', [{ Status: 'confused' }], 0],
    ['maintenance', [{ CheckID: '_service_maintenance:x', Status: 'critical' }], 0],
    ['maintenance of the machine', [{ CheckID: '_node_maintenance', Status: 'critical' }], 0],
  ])('%s', async (_name, checks, weight) => {
    const { agent, watch } = await bench();
    agent.publish([entry(9), entry(1, { checks, service: { Weights: { Passing: 7, Warning: 3 } } })]);
    await watch.until(1, 9);
    expect(weights(watch)).toEqual([
      [9, 1],
      [1, weight],
    ]);
  });

  it('uses critical endpoints while nobody is better, but nobody in maintenance', async () => {
    const { agent, watch } = await bench();
    const heavy = { Weights: { Passing: 7, Warning: 1 } };
    const sick = [entry(1, { checks: critical, service: heavy }), entry(2, { checks: maintenance })];
    agent.publish([...sick, entry(3)]);
    await watch.until(1, 2, 3);
    expect(weights(watch)).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
    ]);
    agent.publish(sick);
    await watch.until(1, 2);
    expect(weights(watch)).toEqual([
      [1, 7],
      [2, 0],
    ]);
    expect(watch.messages).toEqual(['no endpoint is healthy: 1 critical ones are used all the same']);
    agent.publish([...sick, entry(3)]);
    await watch.until(1, 2, 3);
    expect(weights(watch)[0]).toEqual([1, 0]);
  });
});

describe('records', () => {
  it('take address, zone, version and tags from where they are', async () => {
    const { agent, watch } = await bench();
    const node = { Node: 'a/b', Meta: { zone: 'of-node' } };
    agent.publish([
      entry(1, { node, service: { Address: '', Tags: ['x', 'y'], Meta: { version: '2', priority: '3' } } }),
      entry(2, { node, service: { Meta: { zone: 'own' } } }),
    ]);
    const { endpoints } = await watch.untilTrue((snapshot) => snapshot.endpoints[0]?.host === '10.9.9.9');
    expect(endpoints).toMatchObject([
      { id: 'a%2Fb/s1', zone: 'of-node', priority: 3, metadata: { version: '2', tags: 'x,y' } },
      { id: 'a%2Fb/s2', zone: 'own', priority: 0, metadata: { 'consul.datacenter': 'dc1' } },
    ]);
  });

  it('that make no sense are told and left out or repaired, and the rest is used', async () => {
    await using agent = await fakeAgent();
    agent.publish([
      entry(1),
      entry(2, { service: { Weights: { Passing: -1, Warning: 1 } } }),
      entry(70_000),
      entry(0),
      entry(3, { service: { ID: 'a\nb' } }),
      entry(4, { service: { ID: 'a/b\u00e9 "c"' } }),
      entry(5, { service: { Address: 'x y' } }),
      null,
      { Node: 5 },
    ]);
    await using cluster = watchedCluster(consulDiscovery({ address: agent.address, service: 's' }));
    const messages: string[] = [];
    cluster.subscribe((event) => {
      if (event.type === 'snapshotRejected') messages.push(event.message);
    });
    await cluster.ready();
    expect(cluster.inspect().endpoints.map(({ id, weight }) => [id, weight])).toEqual([
      ['n1/s1', 1],
      ['n1/s2', 1],
      ['n1/a/bé "c"', 1],
    ]);
    expect(messages).toEqual([
      'record 7 left out: it has no node and service',
      'record 8 left out: it has no node and service',
      expect.stringContaining('endpoint "n1/s2" repaired: weight -1 is now 1'),
      expect.stringContaining('got 70000'),
      expect.stringContaining('got 0'),
      expect.stringContaining('left out: its id'),
      expect.stringContaining('got "x y"'),
    ]);
  });
});

describe('several datacenters', () => {
  it('are tiers in their order, each with ten priorities, and equal names stay apart', async () => {
    const agent = await fakeAgent();
    await using _ = agent;
    agent.answer = (response, request) => {
      const url = new URL(request.url ?? '', 'http://a');
      if (url.searchParams.has('index')) return;
      const dc = url.searchParams.get('dc');
      const meta = { Meta: { priority: '2' } };
      json(response, [entry(dc === 'eu' ? 1 : 2, { service: { ID: 'same', ...meta } })], {
        'x-consul-index': '5',
      });
    };
    const watch = follow(
      consulDiscovery({ address: agent.address, service: 's', datacenters: ['eu', 'us'] }),
    );
    const { endpoints } = await watch.until(1, 2);
    expect(endpoints.map(({ id, priority }) => [id, priority])).toEqual([
      ['eu/n1/same', 2],
      ['us/n1/same', 12],
    ]);
    await watch.close();
  });
});

describe('a prepared query', () => {
  it('is polled, and a failover lets those of the old datacenter go', async () => {
    const { agent, watch } = await bench({ query: 'q/1', pollMs: 100 });
    agent.answer = (response) => json(response, { Nodes: [entry(1)], Datacenter: 'eu' });
    await watch.until(1);
    agent.answer = (response) => json(response, { Nodes: [entry(2)], Datacenter: 'us', Failovers: 1 });
    const { endpoints, deregistered } = await watch.until(2);
    expect(endpoints[0]?.id).toBe('us/n1/s2');
    expect(deregistered).toEqual(['eu/n1/s1']);
    expect(agent.requests[0]?.url.pathname).toBe('/v1/query/q%2F1/execute');
    agent.answer = (response) => json(response, { Nodes: null, Datacenter: 'us' });
    await watch.until();
    agent.answer = (response) => json(response, []);
    expect(String(await watch.failure())).toMatch(
      /query "q\/1": the answer is no result of a prepared query/,
    );
  });
});

it.each([
  [{ service: undefined }, 'service, query'],
  [{ query: 'q' }, 'service, query'],
  [{ service: '..' }, 'service'],
  [{ service: '../orders' }, 'service'],
  [{ service: 'a/./b' }, 'service'],
  [{ service: 'a//b' }, 'service'],
  [{ service: '/a' }, 'service'],
  [{ service: undefined, query: 'a/../b' }, 'query'],
  [{ service: 'a\nb' }, 'service'],
  [{ address: undefined }, 'address, client'],
  [{ address: '' }, 'address'],
  [{ address: 'redis://x:1' }, 'address'],
  [{ address: 'unix://relative' }, 'address'],
  [{ address: 'http://x:1', tls: {} }, 'address'],
  [{ address: undefined, client: {} }, 'client'],
  [{ tls: { cert: 'x' } }, 'tls'],
  [{ tls: { ca: 5 } }, 'tls.ca'],
  [{ token: 'a\nb' }, 'token'],
  [{ datacenters: [] }, 'datacenters'],
  [{ datacenters: ['a', 'a'] }, 'datacenters'],
  [{ datacenters: ['a'], datacenter: 'b' }, 'datacenter'],
  [{ service: undefined, query: 'q', tags: ['a'] }, 'tags'],
  [{ consistency: 'strong' }, 'consistency'],
  [{ waitMs: 1 }, 'waitMs'],
  [{ pingMs: 0 }, 'pingMs'],
  [{ ping: 5 }, 'did you mean "pingMs"'],
] as [Partial<ConsulDiscoveryOptions>, string][])('refuses %j', (options, field) => {
  const make = () => consulDiscovery({ address: '127.0.0.1:8500', service: 's', ...options });
  expect(make).toThrow(InvalidOptionsError);
  expect(make).toThrow(field);
});
