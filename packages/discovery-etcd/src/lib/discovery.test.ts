import { InvalidOptionsError } from '@evenkeel/core';
import { until, watchedCluster } from '@evenkeel/testing/driver';
import { describe, expect, it } from 'vitest';
import { etcdPlace } from './connection-options.ts';
import { type EtcdDiscoveryOptions, etcdDiscovery } from './discovery.ts';
import { serviceKeys } from './keys.ts';
import {
  created,
  drip,
  type FakeAnswer,
  type FakeGateway,
  fakeGateway,
  grpcError,
  HEADER,
  html,
  json,
  listing,
  puts,
  silent,
  stream,
  truncated,
} from './testing/fake-gateway.ts';
import { follow } from './testing/follow.ts';

const record = (port: number): string => JSON.stringify({ v: 1, host: '10.0.0.1', port });
const one = listing({ 'lb/s/a': record(80) });

const BROKEN: Record<string, Record<string, FakeAnswer>> = {
  'a page for every listing': { 'kv/range': html(200) },
  'a page for every watch': { 'kv/range': one, watch: html(200) },
  'status 503': { 'kv/range': html(503) },
  'status 401': { 'kv/range': grpcError('etcdserver: invalid auth token', 16, 401) },
  'no users that it knows': { 'auth/authenticate': grpcError('etcdserver: authentication failed', 3) },
  'a watch that is refused with each token': {
    'kv/range': one,
    watch: grpcError('etcdserver: invalid auth token', 16, 401),
  },
  'a connection closed at once': { '*': (response) => void response.destroy(), 'kv/range': truncated('') },
  'half a listing': { 'kv/range': truncated('{"header":') },
  'a watch that is cut off': { 'kv/range': one, watch: truncated(`${JSON.stringify(created())}\n{"res`) },
  'a watch that ends': {
    'kv/range': one,
    watch: (response) => void response.end(`${JSON.stringify(created())}\n`),
  },
  'a header without revision': { 'kv/range': json({ header: { cluster_id: '77' } }) },
  'another JSON': { 'kv/range': json({ data: [] }) },
  'a watch that begins in the past': {
    'kv/range': one,
    watch: stream(created({ ...HEADER, revision: '3' })),
  },
  'a watch of another cluster': { 'kv/range': one, watch: stream(created({ ...HEADER, cluster_id: '78' })) },
  'an error amid a watch': {
    'kv/range': one,
    watch: stream(created(), { error: { grpc_code: 14, message: 'etcdserver: no leader' } }),
  },
  'frames that make no sense': {
    'kv/range': one,
    watch: stream(created(), { result: { header: HEADER, events: [{ type: 'MOVE' }] } }),
  },
  'events that are no list': {
    'kv/range': one,
    watch: stream(created(), { result: { header: HEADER, events: 7 } }),
  },
  'a watch that is cancelled': {
    'kv/range': one,
    watch: stream({ result: { header: HEADER, created: true, canceled: true, cancel_reason: 'no' } }),
  },
  'silence at a watch': { 'kv/range': one, watch: silent },
  'a byte now and then': { 'kv/range': drip('{"header":') },
};

describe('of a cluster, whatever is broken', () => {
  it('nobody gets more than ten requests a second, and known endpoints stay', async () => {
    const seconds = 4;
    const results = await Promise.all(
      Object.entries(BROKEN).map(async ([name, answers]) => {
        await using fake = await fakeGateway({
          'auth/authenticate': json({ token: 't' }),
          ...answers,
        });
        // No luck at all: every wait is as short as it can be.
        const discovery = etcdDiscovery({
          endpoints: [fake.origin],
          service: 's',
          username: 'u',
          password: 'p',
          timeoutMs: 1_000,
        });
        await using cluster = watchedCluster(discovery, { random: () => 0 });
        let failures = 0;
        cluster.subscribe((event) => {
          if (event.type === 'discoveryFailed') failures++;
        });
        const startedAt = performance.now();
        await until(() => performance.now() - startedAt > seconds * 1_000);
        const { length: requests } = fake.requests;
        return { name, requests, failures, left: cluster.ids(), listed: answers['kv/range'] === one };
      }),
    );
    for (const { name, requests, failures, left, listed } of results) {
      expect(requests, name).toBeLessThanOrEqual(10 * seconds);
      expect(failures, name).toBeGreaterThan(1);
      expect(left, name).toEqual(listed ? ['a'] : []);
    }
    expect(results).toHaveLength(Object.keys(BROKEN).length);
  });
});

describe('a watch over HTTP', () => {
  const started = async (answers: Record<string, FakeAnswer>, timeoutMs = 10_000) => {
    const fake: FakeGateway = await fakeGateway(answers);
    const watch = follow(etcdDiscovery({ endpoints: [fake.origin], service: 's', pingMs: 60, timeoutMs }));
    return { fake, watch };
  };

  it('lists, and follows from the next revision on', async () => {
    const { fake, watch } = await started({ 'kv/range': one });
    await watch.until(['a']);
    await until(() => fake.requests.some(({ path }) => path === 'watch'));
    expect(fake.requests.find(({ path }) => path === 'watch')?.body).toEqual({
      create_request: { key: 'bGIvcy8=', range_end: 'bGIvczA=', start_revision: '11' },
    });
    fake.push(puts(11, { 'lb/s/b': record(81) }));
    await watch.until(['a', 'b']);
    await watch.close();
    await until(() => fake.openSockets() === 0);
    await fake[Symbol.asyncDispose]();
  });

  it('notices a store that was emptied behind an open stream', async () => {
    const { fake, watch } = await started({ 'kv/range': one });
    await watch.until(['a']);
    fake.answers['kv/range'] = listing({}, { ...HEADER, revision: '1' });
    expect(await watch.ended).toMatchObject({
      message: expect.stringMatching(/^etcd http:.*, service "s": the store was reset: revision 1 after/),
    });
    await fake[Symbol.asyncDispose]();
  });

  it('notices silence behind an open stream', async () => {
    const { fake, watch } = await started({ 'kv/range': one }, 1_000);
    await watch.until(['a']);
    fake.answers['kv/range'] = silent;
    expect(await watch.ended).toMatchObject({ cause: { code: 'ERR_EVENKEEL_TIMEOUT' } });
    await fake[Symbol.asyncDispose]();
  });
});

describe('options', () => {
  const endpoints = ['127.0.0.1:2379'];
  const cases: readonly (readonly [object, string])[] = [
    [{ endpoints: undefined }, 'endpoints'],
    [{ endpoints: [] }, 'endpoints'],
    [{ endpoints: '127.0.0.1:2379' }, 'endpoints'],
    [{ endpoints: [''] }, 'endpoints[0]'],
    [{ endpoints: ['a:1', 7] }, 'endpoints[1]'],
    [{ endpoints: ['a:70000'] }, 'endpoints[0]'],
    [{ endpoints: ['redis://a:1'] }, 'endpoints[0]'],
    [{ endpoints: ['http://a:1/path'] }, 'endpoints[0]'],
    [{ endpoints: ['http://a b:1'] }, 'endpoints[0]'],
    [{ endpoints, username: 'u' }, 'password'],
    [{ endpoints, password: 'p' }, 'username'],
    [{ endpoints, username: '', password: 'p' }, 'username'],
    [{ endpoints, username: 'u', password: 7 }, 'password'],
    [{ endpoints: ['http://a:1'], tls: {} }, 'tls'],
    [{ endpoints, tls: { pem: 'x' } }, 'tls.pem'],
    [{ endpoints, dispatcher: {} }, 'dispatcher'],
    [{ endpoints, dispatcher: { request() {} }, tls: {} }, 'tls'],
    [{ endpoints, service: '' }, 'service'],
    [{ endpoints, service: 'a/b' }, 'service: got "a/b", expected 1 to 255 characters, no slash'],
    [{ endpoints, service: 'a\u0000' }, 'service'],
    [{ endpoints, service: 'a\nb' }, 'service'],
    [{ endpoints, service: '\ud800' }, 'service'],
    [{ endpoints, service: 'x'.repeat(256) }, 'service'],
    [{ endpoints, service: 7 }, 'service'],
    [{ endpoints, prefix: 'a/' }, 'prefix'],
    [{ endpoints, prefix: 'a\t' }, 'prefix'],
    [{ endpoints, pingMs: 0 }, 'pingMs'],
    [{ endpoints, timeoutMs: 0 }, 'timeoutMs'],
    [{ endpoints, ping: 1 }, 'did you mean "pingMs"'],
  ];
  it.each(cases)('%j names %s', (options, field) => {
    const make = () => etcdDiscovery({ service: 's', ...options } as EtcdDiscoveryOptions);
    expect(make).toThrow(InvalidOptionsError);
    expect(make).toThrow(field);
  });

  it('keep a password out of the error', () => {
    expect(() => etcdDiscovery({ endpoints: ['http://u:secret@a:1'], service: 's' })).toThrow(
      /^(?!.*secret).*credentials in it/,
    );
  });

  it.each([
    ['10.0.0.1', 'http://10.0.0.1:2379'],
    ['10.0.0.1:80', 'http://10.0.0.1:80'],
    ['http://Etcd-1.example', 'http://etcd-1.example:2379'],
    ['https://etcd/', 'https://etcd:2379'],
    ['HTTPS://etcd:443', 'https://etcd:443'],
    ['[::1]:2380', 'http://[::1]:2380'],
  ])('endpoint %s is %s', (endpoint, origin) => {
    expect(etcdPlace({ endpoints: [endpoint] }).origins).toEqual([origin]);
  });

  it('make keys below a prefix, or below none', () => {
    expect(serviceKeys({ service: 'a' })).toMatchObject({ base: 'lb/a/', end: 'lb/a0' });
    expect(serviceKeys({ service: 'a', prefix: '/x/y' })).toMatchObject({ base: '/x/y/a/', end: '/x/y/a0' });
    expect(serviceKeys({ service: 'a', prefix: '' })).toMatchObject({ base: 'a/', end: 'a0' });
  });
});
