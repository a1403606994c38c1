import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RegistrarEvent } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { testDiscovery } from '@evenkeel/testing';
import { until } from '@evenkeel/testing/driver';
import Consul from 'consul';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { consulDiscovery } from './discovery.ts';
import { type ConsulRegistrarOptions, consulRegistrar } from './registrar.ts';
import { agentApi } from './testing/agent-api.ts';
import { follow } from './testing/follower.ts';

const gate = await serviceGate('consul', { control: true });

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  let address: string;
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);

  beforeAll(async () => {
    server = await startService('consul');
    address = server.address;
    process.on('unhandledRejection', onRejection);
  });
  afterAll(async () => {
    process.removeListener('unhandledRejection', onRejection);
    await server.stop();
    expect(rejections).toEqual([]);
  });
  const api = () => agentApi(address);

  describe('contract', () => {
    let number = 0;
    testDiscovery({
      test,
      make: () => {
        const service = `contract-${number++}`;
        let put: readonly string[] = [];
        return {
          discovery: consulDiscovery({ address, service, pingMs: 1_000 }),
          async publish(addresses) {
            for (const old of put) if (!addresses.includes(old)) await api().deregister(`${service}-${old}`);
            for (const each of addresses) if (!put.includes(each)) await api().register(service, each);
            put = addresses;
          },
          async close() {
            for (const old of put) await api().deregister(`${service}-${old}`);
          },
        };
      },
    });
  });

  it('sees registration, a change, and deregistration by way of maintenance', async () => {
    const watch = follow(consulDiscovery({ address, service: 'a/b ä' }));
    await watch.until();
    const options = { address, service: 'a/b ä', endpoint: '10.0.0.1:80', id: 'x/y' };
    await using one = consulRegistrar({
      ...options,
      weight: 5,
      zone: 'z',
      priority: 2,
      version: '2',
      tags: ['blue', 'old'],
      metadata: { k: 'v' },
    });
    await one.register();
    const [endpoint] = (await watch.until(80)).endpoints;
    expect(endpoint).toEqual({
      id: 'n1/x/y',
      host: '10.0.0.1',
      port: 80,
      weight: 5,
      priority: 2,
      zone: 'z',
      metadata: { version: '2', k: 'v', tags: 'blue,old', 'consul.datacenter': 'dc1' },
    });
    await using changed = consulRegistrar({ ...options, weight: 7 });
    await changed.register();
    await watch.untilTrue(({ endpoints }) => endpoints[0]?.weight === 7);
    await one.deregister();
    const gone = await watch.until();
    expect(gone.deregistered).toEqual(['n1/x/y']);
    const before = watch.snapshots.at(-2)?.endpoints[0];
    expect(before).toMatchObject({ weight: 0, metadata: { 'consul.health': 'maintenance' } });
    await watch.close();
  });

  it('comes back from maintenance when a registrar with the same id registers again', async () => {
    await using registrar = consulRegistrar({ address, service: 'm', endpoint: '10.0.0.1:80', id: 'm' });
    await registrar.register();
    await api().put('/agent/service/maintenance/m?enable=true');
    const watch = follow(consulDiscovery({ address, service: 'm' }));
    await watch.untilTrue(({ endpoints }) => endpoints[0]?.weight === 0);
    await using next = consulRegistrar({ address, service: 'm', endpoint: '10.0.0.1:80', id: 'm' });
    await next.register();
    await watch.untilTrue(({ endpoints }) => endpoints[0]?.weight === 1);
    await watch.close();
  });

  it('drains an endpoint whose process died when its lease ends; a warning has its own weight', async () => {
    const watch = follow(consulDiscovery({ address, service: 'd' }));
    await api().register('d', '10.0.0.2:81', { Weights: { Passing: 9, Warning: 3 } });
    await api().put('/agent/check/register', {
      ID: 'warns',
      Name: 'warns',
      ServiceID: 'd-10.0.0.2:81',
      TTL: '60s',
      Status: 'warning',
    });
    await api().register('d', '10.0.0.1:80', { Check: { TTL: '300ms', Status: 'passing' } });
    const weights = (): readonly number[] =>
      [...(watch.snapshots.at(-1)?.endpoints ?? [])]
        .sort((a, b) => a.port - b.port)
        .map(({ weight }) => weight);
    await watch.untilTrue(() => weights().join() === '1,3');
    await watch.untilTrue(() => weights().join() === '0,3');
    await watch.close();
    for (const id of ['d-10.0.0.1:80', 'd-10.0.0.2:81']) await api().deregister(id);
  });

  it('is told of a registration within 100 ms, in the median of 20', async () => {
    const watch = follow(consulDiscovery({ address, service: 'fast' }));
    await watch.until();
    const times: number[] = [];
    for (let port = 1; port <= 20; port++) {
      // A storm of changes is read at a slower pace; a registration out of the blue is what counts.
      const idleSince = performance.now();
      await until(() => performance.now() - idleSince > 460);
      const startedAt = performance.now();
      await api().register('fast', `10.0.0.1:${port}`);
      await watch.until(port);
      times.push(performance.now() - startedAt);
      await api().deregister(`fast-10.0.0.1:${port}`);
      await watch.until();
    }
    times.sort((a, b) => a - b);
    console.log(`registered to seen: median ${times[10]!.toFixed(1)} ms, p95 ${times[18]!.toFixed(1)} ms`);
    expect(times[10]).toBeLessThan(100);
    await watch.close();
  });

  it('ends with the state of the registry after a burst, in few readings', async () => {
    const watch = follow(consulDiscovery({ address, service: 'burst' }));
    await watch.until();
    const all = Array.from({ length: 50 }, (_, index) => `10.0.0.1:${index + 1}`);
    await Promise.all(all.map((each) => api().register('burst', each)));
    await watch.untilTrue(({ endpoints }) => endpoints.length === 50);
    await Promise.all(all.slice(10).map((each) => api().deregister(`burst-${each}`)));
    await watch.untilTrue(({ endpoints }) => endpoints.length === 10);
    expect(watch.snapshots.length).toBeLessThan(30);
    await watch.close();
    for (const each of all.slice(0, 10)) await api().deregister(`burst-${each}`);
  });

  it('is not kept busy by others while the service does not exist', async () => {
    const watch = follow(consulDiscovery({ address, service: 'nobody' }));
    await watch.until();
    for (let round = 0; round < 100; round++) await api().register('other', `10.0.0.1:${1 + (round % 50)}`);
    await api().register('nobody', '10.0.0.1:80');
    await watch.until(80);
    expect(watch.snapshots).toHaveLength(2);
    await watch.close();
  });

  it("selects by tags and filter, and works over a caller's client", async () => {
    const client = new Consul({ host: '127.0.0.1', port: server.port, defaults: { dc: 'dc1' } });
    await api().register('t', '10.0.0.1:80', { Tags: ['a', 'b'] });
    await api().register('t', '10.0.0.1:81', { Tags: ['a'], Meta: { version: '2' } });
    const tagged = follow(consulDiscovery({ client, service: 't', tags: ['a', 'b'] }));
    await tagged.until(80);
    const filtered = follow(
      consulDiscovery({ client, service: 't', filter: 'Service.Meta.version == "2"', consistency: 'cached' }),
    );
    await filtered.until(81);
    await tagged.close();
    await filtered.close();
    const answered: unknown = await client.status.leader();
    expect(answered).toMatch(/^127\.0\.0\.1:/);
    client.destroy();
  });

  it('says what Consul says: no such datacenter, no namespaces, a bad filter, no such query', async () => {
    const failure = (options: object): Promise<Error> =>
      follow(consulDiscovery({ address, service: 's', ...options })).failure();
    expect(String(await failure({ datacenter: 'mars' }))).toMatch(/in mars: HTTP 500: No path to datacenter/);
    expect(String(await failure({ namespace: 'n' }))).toMatch(/HTTP 400: .*Enterprise/);
    expect(String(await failure({ filter: 'x ==' }))).toMatch(
      /HTTP 500: Failed to create boolean expression/,
    );
    const missing = await failure({ service: undefined, query: 'none' });
    expect(String(missing)).toMatch(/query "none": HTTP 404: Query not found/);
  });

  it('goes on with the datacenters that answer', async () => {
    await api().register('far', '10.0.0.1:80');
    const watch = follow(consulDiscovery({ address, service: 'far', datacenters: ['mars', 'dc1'] }));
    const { endpoints } = await watch.until(80);
    expect(endpoints).toMatchObject([{ id: 'dc1/n1/far-10.0.0.1:80', priority: 10 }]);
    expect(watch.messages[0]).toMatch(/source 1 of 2: .*in mars: HTTP 500: No path to datacenter/);
    await watch.close();
    await api().deregister('far-10.0.0.1:80');
  });

  it('follows a prepared query', async () => {
    await api().register('pq', '10.0.0.1:80');
    await api().post('/query', { Name: 'nearest-pq', Service: { Service: 'pq' } });
    const watch = follow(consulDiscovery({ address, query: 'nearest-pq', pollMs: 100 }));
    const { endpoints } = await watch.until(80);
    expect(endpoints[0]?.id).toBe('dc1/n1/pq-10.0.0.1:80');
    await api().register('pq', '10.0.0.1:81');
    await watch.until(80, 81);
    await watch.close();
  });

  it('is kept by an HTTP check of Consul, and registered again when the agent lost it', async () => {
    const events: string[] = [];
    await using registrar = consulRegistrar({
      address,
      service: 'checked',
      endpoint: '10.0.0.1:80',
      ttlMs: 300,
      check: { url: `http://${address}/v1/status/leader`, intervalMs: 1_000 },
      onEvent: ({ type }) => events.push(type),
    });
    const watch = follow(consulDiscovery({ address, service: 'checked' }));
    await registrar.register();
    await watch.untilTrue(
      ({ endpoints }) => endpoints[0]?.metadata['consul.health'] === undefined && endpoints.length > 0,
    );
    await api().deregister('checked:10.0.0.1:80');
    await until(() => events.includes('registrationLost') && events.at(-1) === 'registered');
    await watch.close();
  });

  it.each([{}, { check: { url: 'http://127.0.0.1:1/' } }])(
    'heals a registration that the agent lost, and takes one that is gone for deregistered (%j)',
    async (options: Partial<ConsulRegistrarOptions>) => {
      const events: RegistrarEvent[] = [];
      await using registrar = consulRegistrar({
        address,
        service: 'lost',
        endpoint: '10.0.0.1:80',
        ttlMs: 300,
        onEvent: (event) => events.push(event),
        ...options,
      });
      await registrar.register();
      await api().deregister('lost:10.0.0.1:80');
      await until(() => events.filter(({ type }) => type === 'registered').length === 2);
      await api().deregister('lost:10.0.0.1:80');
      await registrar.deregister();
      expect(events.map(({ type }) => type)).toEqual([
        'registered',
        'registrationLost',
        'registered',
        'deregistered',
      ]);
    },
  );

  it('is left before the process ends at SIGTERM', async () => {
    const watch = follow(consulDiscovery({ address, service: 'term' }));
    const program = `
      import { drainOnSignals } from '@evenkeel/core';
      import { consulRegistrar } from './src/index.ts';
      const registrar = consulRegistrar({ address: '${address}', service: 'term', endpoint: '10.0.0.1:80' });
      drainOnSignals(registrar, { delayMs: 300 });
      registrar.register().catch(() => {});
      setInterval(() => {}, 1000);`;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd, stdio: 'inherit' });
    const ended = once(child, 'exit');
    await watch.until(80);
    child.kill('SIGTERM');
    const { deregistered } = await watch.until();
    expect(deregistered).toEqual(['n1/term:10.0.0.1:80']);
    expect(child.exitCode ?? child.signalCode).toBeNull();
    expect(await ended).toEqual([null, 'SIGTERM']);
    await watch.close();
  });
});
