import { until } from '@evenkeel/testing/driver';
import { expect, it, onTestFinished } from 'vitest';
import { consulDiscovery } from './discovery.ts';
import type { ConsulDiscoveryOptions } from './options.ts';
import { entry, type FakeAgent, fakeAgent, json } from './testing/fake-agent.ts';
import { type Follower, follow } from './testing/follower.ts';

/** A server that has not replayed its log, beside a leader that has all of it. */
async function lateServer(
  options: Partial<ConsulDiscoveryOptions> = {},
): Promise<{ agent: FakeAgent; watch: Follower; leaderAsked: () => URL[] }> {
  const agent = await fakeAgent();
  const headers = { 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '2' };
  agent.answer = (response, request) => {
    const { searchParams } = new URL(request.url ?? '', 'http://agent');
    if (searchParams.has('consistent')) json(response, [entry(80)], { ...headers, 'x-consul-index': '14' });
    else if (!searchParams.has('index')) json(response, [], { ...headers, 'x-consul-index': '6' });
  };
  const source = options.query === undefined ? { service: 's' } : {};
  const watch = follow(consulDiscovery({ address: agent.address, ...source, ...options }));
  onTestFinished(async () => {
    await watch.close();
    await agent[Symbol.asyncDispose]();
  });
  const leaderAsked = (): URL[] =>
    agent.requests.map(({ url }) => url).filter(({ searchParams }) => searchParams.has('consistent'));
  return { agent, watch, leaderAsked };
}

it('a server that has not replayed its log lists nobody: the leader is asked, and its index is waited at', async () => {
  const { agent, watch, leaderAsked } = await lateServer({ datacenter: 'eu', tags: ['a'], token: 'secret' });
  await watch.until(80);
  expect(watch.snapshots.map(({ endpoints, revision }) => [endpoints.length, revision])).toEqual([[1, 14n]]);
  await until(() => agent.requests.length === 3);
  expect(leaderAsked().map(({ href }) => href)).toEqual([
    'http://agent/v1/health/service/s?tag=a&consistent=1&dc=eu',
  ]);
  expect(agent.requests[2]?.url.searchParams.get('index')).toBe('14');
  expect(agent.requests[1]?.headers).toMatchObject({ 'x-consul-token': 'secret' });
});

it('the last one that deregisters is gone within a second, and the leader is asked once', async () => {
  const { agent, watch, leaderAsked } = await lateServer();
  agent.answer = undefined;
  agent.publish([entry(80)]);
  await watch.until(80);
  const asked = leaderAsked().length;
  const leftAt = performance.now();
  agent.publish([]);
  await watch.until();
  expect(performance.now() - leftAt).toBeLessThan(1_000);
  // What is registered elsewhere wakes the query, and is no news.
  const total = agent.requests.length;
  for (const more of [1, 2]) {
    await until(() => agent.requests.length >= total + more);
    agent.publish([]);
  }
  await until(() => agent.requests.length >= total + 3);
  expect(leaderAsked().length - asked).toBe(1);
});

it('nobody is believed to be nobody when the leader cannot be asked: the watch begins anew', async () => {
  const { agent, watch } = await lateServer();
  agent.answer = (response, request) => {
    if (!new URL(request.url ?? '', 'http://agent').searchParams.has('consistent'))
      json(response, [], { 'x-consul-index': '6' });
    else response.writeHead(500).end('No cluster leader');
  };
  expect(String(await watch.failure())).toMatch(/service "s": HTTP 500: No cluster leader/);
  expect(watch.snapshots.filter(({ endpoints }) => endpoints.length === 0)).toEqual([]);
});

it('an empty answer that doubts itself is a stale snapshot, and confirmed when it no longer does', async () => {
  const { agent, watch, leaderAsked } = await lateServer();
  let isKnown = false;
  agent.answer = (response) =>
    json(response, [], { 'x-consul-index': '6', 'x-consul-knownleader': String(isKnown) });
  await watch.untilTrue(({ stale }) => stale === true);
  const asked = leaderAsked().length;
  isKnown = true;
  await watch.untilTrue(({ stale }) => stale === undefined);
  expect(leaderAsked().length - asked).toBe(1);
});

it('with consistent answers nobody else is asked', async () => {
  const { agent, watch, leaderAsked } = await lateServer({ consistency: 'consistent' });
  agent.answer = undefined;
  agent.publish([]);
  await watch.until();
  expect(leaderAsked().filter(({ searchParams }) => !searchParams.has('index'))).toHaveLength(1);
});

it('a prepared query that finds nobody is executed by the leader as well', async () => {
  const { agent, watch, leaderAsked } = await lateServer({ query: 'q' });
  agent.answer = (response, request) => {
    const { searchParams } = new URL(request.url ?? '', 'http://agent');
    const nodes = searchParams.has('consistent') ? [entry(80)] : [];
    json(response, { Nodes: nodes, Datacenter: 'dc1' });
  };
  await watch.until(80);
  expect(watch.snapshots).toHaveLength(1);
  expect(leaderAsked().map(({ pathname }) => pathname)).toEqual(['/v1/query/q/execute']);
});
