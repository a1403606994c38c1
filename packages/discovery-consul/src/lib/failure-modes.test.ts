import { until, watchedCluster } from '@evenkeel/testing/driver';
import { describe, expect, it, onTestFinished } from 'vitest';
import { consulDiscovery } from './discovery.ts';
import { type Answer, entry, type FakeAgent, fakeAgent, json } from './testing/fake-agent.ts';

const TIMEOUT_MS = 300;
const SLOW_MACHINE_MS = 900;
const JSON_TYPE = { 'content-type': 'application/json' };

const status =
  (code: number): Answer =>
  (response) => {
    response.writeHead(code, { 'content-type': 'text/plain', 'x-consul-index': '99' });
    response.end('no');
  };
const answerWith =
  (value: unknown, headers: Record<string, string>): Answer =>
  (response) =>
    json(response, value, headers);

/** Broken answers, and whether the watch must fail for them. */
const modes: Record<string, { readonly fails: boolean; readonly answer: Answer }> = {
  'an HTML page with status 200 and an index': {
    fails: true,
    answer(response) {
      response.writeHead(200, { 'content-type': 'text/html', 'x-consul-index': '99' });
      response.end('<html>[]</html>');
    },
  },
  'HTML that says it is JSON': {
    fails: true,
    answer(response) {
      response.writeHead(200, { ...JSON_TYPE, 'x-consul-index': '99' });
      response.end('<html>');
    },
  },
  'no index': { fails: true, answer: answerWith([entry(1)], {}) },
  'an index that is no number': { fails: true, answer: answerWith([entry(1)], { 'x-consul-index': '-1' }) },
  'an object, not a list': { fails: true, answer: answerWith({}, { 'x-consul-index': '99' }) },
  'records that are none': { fails: true, answer: answerWith([1, null, {}], { 'x-consul-index': '99' }) },
  'an empty list, filtered by ACLs': {
    fails: true,
    answer: answerWith([], { 'x-consul-index': '99', 'x-consul-results-filtered-by-acls': 'true' }),
  },
  'index 0': { fails: false, answer: answerWith([entry(1)], { 'x-consul-index': '0' }) },
  'an index that goes back each time': {
    fails: false,
    answer: (() => {
      let index = 1_000_000;
      return (response) => json(response, [entry(1)], { 'x-consul-index': String(index--) });
    })(),
  },
  'an index that grows without a change': {
    fails: false,
    answer: (() => {
      let index = 1_000;
      return (response) => json(response, [entry(1)], { 'x-consul-index': String(index++) });
    })(),
  },
  'a redirect': {
    fails: true,
    answer(response) {
      response.writeHead(301, { location: '/ui/' });
      response.end();
    },
  },
  'status 400': { fails: true, answer: status(400) },
  'status 403': { fails: true, answer: status(403) },
  'status 404': { fails: true, answer: status(404) },
  'status 429': { fails: true, answer: status(429) },
  'status 500': { fails: true, answer: status(500) },
  'a body that is cut off': {
    fails: true,
    answer(response) {
      response.writeHead(200, { ...JSON_TYPE, 'x-consul-index': '99', 'content-length': '1000' });
      response.write('[', () => response.destroy());
    },
  },
  'headers without a body': {
    fails: true,
    answer(response) {
      response.writeHead(200, { ...JSON_TYPE, 'x-consul-index': '99', 'content-length': '1000' });
      response.flushHeaders();
    },
  },
  'a body that drips': {
    fails: true,
    answer(response) {
      response.writeHead(200, { ...JSON_TYPE, 'x-consul-index': '99' });
      response.write('[');
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    },
  },
  'a connection that is closed at once': { fails: true, answer: (response) => response.destroy() },
};

describe('an agent that answers with', () => {
  it.concurrent.each(Object.entries(modes))(
    '%s: nobody is lost, at most 10 requests a second, and what comes after is seen within 2 s',
    async (_name, { fails, answer }) => {
      await using agent = await fakeAgent();
      agent.publish([entry(1)]);
      const discovery = consulDiscovery({ address: agent.address, service: 's', timeoutMs: TIMEOUT_MS });
      await using cluster = watchedCluster(discovery);
      const errors: unknown[] = [];
      cluster.subscribe((event) => {
        if (event.type === 'discoveryFailed') errors.push(event.error);
      });
      await cluster.ready();
      await requests(agent, 2);

      agent.times.length = 0;
      agent.answer = answer;
      agent.wake();
      const from = performance.now();
      await until(() => performance.now() - from > 1_800);
      expect(busiestSecond(agent.times)).toBeLessThanOrEqual(10);
      expect(agent.times.length).toBeGreaterThan(0);
      expect(errors.length > 0).toBe(fails);
      for (const error of errors) {
        expect(String(error)).toMatch(/DiscoveryError: consul 127\.0\.0\.1:\d+, service "s": .+/);
      }
      expect(cluster.inspect().discovery.state).toBe(fails ? 'stale' : 'live');
      expect(cluster.smallest()).toBe(1);

      agent.answer = undefined;
      agent.publish([entry(1), entry(2)]);
      const healedAt = performance.now();
      await until(() => cluster.ids().includes('n1/s2'));
      expect(performance.now() - healedAt).toBeLessThan(1_800 + TIMEOUT_MS + SLOW_MACHINE_MS);
      await until(() => cluster.inspect().discovery.state === 'live');
    },
  );

  it('a proper first answer and errors to all that wait: at most 10 requests a second with the shortest pauses', async () => {
    await using agent = await fakeAgent();
    agent.answer = (response, request) => {
      const isFirst = !request.url?.includes('index=');
      if (isFirst) json(response, [entry(1)], { 'x-consul-index': '5' });
      else status(500)(response, request);
    };
    const discovery = consulDiscovery({ address: agent.address, service: 's' });
    await using cluster = watchedCluster(discovery, { random: () => 0 });
    await cluster.ready();
    const from = performance.now();
    await until(() => performance.now() - from > 2_500);
    expect(busiestSecond(agent.times)).toBeLessThanOrEqual(10);
    expect(agent.times.length).toBeGreaterThan(10);
    expect(cluster.smallest()).toBe(1);
  });

  it('nothing at all to the very first question: the error comes within the time limit', async () => {
    await using agent = await fakeAgent();
    agent.answer = () => {};
    const discovery = consulDiscovery({ address: agent.address, service: 's', timeoutMs: TIMEOUT_MS });
    const watch = discovery.watch({ signal: new AbortController().signal })[Symbol.asyncIterator]();
    await expect(watch.next()).rejects.toThrow('/health/service/s: request timeout of 300 ms');
    await until(() => agent.sockets.size === 0);
  });
});

describe('an unhandled rejection', () => {
  it('never comes of an agent that hangs up', async () => {
    const rejections: unknown[] = [];
    const onRejection = (error: unknown): void => void rejections.push(error);
    process.on('unhandledRejection', onRejection);
    onTestFinished(() => void process.removeListener('unhandledRejection', onRejection));
    const agent = await fakeAgent();
    agent.publish([entry(1)]);
    const cluster = watchedCluster(consulDiscovery({ address: agent.address, service: 's', pingMs: 100 }));
    await cluster.ready();
    await agent[Symbol.asyncDispose]();
    await until(() => cluster.inspect().discovery.state === 'stale');
    await cluster[Symbol.asyncDispose]();
    expect(rejections).toEqual([]);
  });
});

async function requests(agent: FakeAgent, count: number): Promise<void> {
  await until(() => agent.times.length >= count);
}

function busiestSecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}
