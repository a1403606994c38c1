import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { testDiscovery } from '@evenkeel/testing';
import { churnWatches, heapUsed, publisher, until, watchedCluster } from '@evenkeel/testing/driver';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { etcdDiscovery } from './discovery.ts';
import { etcdRegistrar } from './registrar.ts';
import { follow } from './testing/follow.ts';
import { type RawEtcd, rawEtcd } from './testing/raw-etcd.ts';
import { relay } from './testing/relay.ts';

const gate = await serviceGate('etcd', { control: true });

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  let raw: RawEtcd;
  let endpoints: readonly string[];
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);

  beforeAll(async () => {
    server = await startService('etcd');
    raw = rawEtcd(`http://${server.address}`);
    endpoints = [server.address];
    process.on('unhandledRejection', onRejection);
  });
  afterAll(async () => {
    process.removeListener('unhandledRejection', onRejection);
    await server.stop();
    expect(rejections).toEqual([]);
  });
  beforeEach(() => raw.remove(''));

  describe('contract', () => {
    testDiscovery({
      test,
      make: async () => {
        const between = await relay(server.port);
        const registered = publisher((address) => etcdRegistrar({ endpoints, service: 'contract', address }));
        return {
          discovery: etcdDiscovery({
            endpoints: [between.address],
            service: 'contract',
            pingMs: 50,
            timeoutMs: 500,
          }),
          publish: registered.publish,
          fail: between.goDown,
          async close() {
            await registered.close();
            await between[Symbol.asyncDispose]();
          },
        };
      },
    });
  });

  it('sees registration, a change and deregistration', async () => {
    const watch = follow(etcdDiscovery({ endpoints: [`http://${server.address}/`], service: 's' }));
    await watch.until([]);
    const input = { endpoints, service: 's', address: '10.0.0.1:80' };
    await using one = etcdRegistrar({ ...input, weight: 5, zone: 'z', version: '2', tags: ['a', 'b'] });
    await one.register();
    const [endpoint] = (await watch.until(['10.0.0.1:80'])).endpoints;
    expect(endpoint).toMatchObject({ weight: 5, zone: 'z', metadata: { version: '2', tags: 'a,b' } });
    await using changed = etcdRegistrar({ ...input, weight: 7 });
    await changed.register();
    await watch.untilTrue(({ endpoints: [first] }) => first?.weight === 7);
    await one.deregister();
    expect(Object.keys(await raw.list('lb/s/'))).toEqual(['lb/s//epoch', 'lb/s/10.0.0.1:80']);
    await changed.deregister();
    const gone = await watch.until([]);
    expect(gone.deregistered).toEqual(['10.0.0.1:80']);
    expect(Object.keys(await raw.list('lb/s/'))).toEqual(['lb/s//epoch']);
    await watch.close();
  });

  it('drops an endpoint whose process died when its lease ends, and says nothing of a deregistration', async () => {
    const watch = follow(etcdDiscovery({ endpoints, service: 's' }));
    const program = `
      import { etcdRegistrar } from './src/index.ts';
      const registrar = etcdRegistrar({ endpoints: ['${server.address}'], service: 's', address: '10.0.0.1:80', ttlMs: 1000 });
      await registrar.register();
      setInterval(() => {}, 1000);`;
    const child = run(program);
    await watch.until(['10.0.0.1:80']);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const gone = await watch.until([]);
    expect(gone.deregistered).toBeUndefined();
    await watch.close();
  });

  it('is told of a registration within 50 ms, in the median of 20', async () => {
    const watch = follow(etcdDiscovery({ endpoints, service: 's' }));
    await watch.until([]);
    const times: number[] = [];
    for (let port = 1; port <= 20; port++) {
      await using registrar = etcdRegistrar({ endpoints, service: 's', host: '10.0.0.1', port });
      const startedAt = performance.now();
      await registrar.register();
      await watch.until([`10.0.0.1:${port}`]);
      times.push(performance.now() - startedAt);
      await registrar.deregister();
      await watch.until([]);
    }
    times.sort((a, b) => a - b);
    console.log(`registered to seen: median ${times[10]!.toFixed(1)} ms, p95 ${times[18]!.toFixed(1)} ms`);
    expect(times[10]).toBeLessThan(50);
    await watch.close();
  });

  it('registers again what somebody deleted, and what lost its lease', async () => {
    const events: string[] = [];
    const watch = follow(etcdDiscovery({ endpoints, service: 's' }));
    await using registrar = etcdRegistrar({
      endpoints,
      service: 's',
      address: '10.0.0.1:80',
      ttlMs: 3_000,
      onEvent: ({ type }) => events.push(type),
    });
    await registrar.register();
    await watch.until(['10.0.0.1:80']);
    await raw.remove('lb/s/10');
    await watch.until([]);
    await watch.until(['10.0.0.1:80']);
    const { leases } = (await raw.post('lease/leases', {})) as { leases: { ID: string }[] };
    for (const { ID } of leases) await raw.post('lease/revoke', { ID });
    await watch.until([]);
    await watch.until(['10.0.0.1:80']);
    await until(() => events.length === 5);
    expect(events).toEqual([
      'registered',
      'registrationLost',
      'registered',
      'registrationLost',
      'registered',
    ]);
    await watch.close();
  });

  it('reads gRPC naming beside its own form, and goes on with the rest when a record makes no sense', async () => {
    const records: Record<string, string> = {
      'grpc/10.0.0.1:80': '{"Op":0,"Addr":"10.0.0.1:80","Metadata":{"a":"b","n":1}}',
      'grpc/new': '{"Addr":"10.0.0.2:80","Metadata":null}',
      'grpc/ours': '{"v":1,"host":"10.0.0.3","port":80}',
      'grpc/json': '{',
      'grpc/list': '[1]',
      'grpc/weight': '{"host":"10.0.0.4","port":80,"weight":-1}',
      'grpc/port': '{"host":"10.0.0.5","port":70000}',
      'grpc/a/b': '{"host":"10.0.0.6","port":80}',
      'grpc/': '{"host":"10.0.0.7","port":80}',
      'grpc/b\n': '{"host":"10.0.0.8","port":80}',
      'grpc/gone': '{"Op":1,"Addr":"10.0.0.9:80"}',
      'grpc2/x': '{"host":"10.0.0.10","port":80}',
    };
    for (const [key, value] of Object.entries(records)) await raw.put(key, value);
    await raw.post('kv/put', { key: Buffer.from('grpc/\xff', 'latin1').toString('base64'), value: '' });
    await using cluster = watchedCluster(etcdDiscovery({ endpoints, service: 'grpc', prefix: '' }));
    const messages: string[] = [];
    cluster.subscribe((event) => {
      if (event.type === 'snapshotRejected') messages.push(event.message);
    });
    await cluster.ready();
    const all = cluster.inspect().endpoints.map(({ id, weight }) => [id, weight]);
    expect(all.sort()).toEqual([
      ['10.0.0.1:80', 1],
      ['new', 1],
      ['ours', 1],
      ['weight', 1],
    ]);
    expect(messages.sort()).toEqual([
      expect.stringMatching(/^endpoint "port" left out: .*70000/),
      'endpoint "weight" repaired: weight -1 is now 1',
      expect.stringMatching(/^endpoints\[\d\] left out: its id is no text/),
      'record of "" left out: its key is no <prefix>/<service>/<id>',
      'record of "a key that is no text" left out: its key is none of this service',
      'record of "a/b" left out: its key is no <prefix>/<service>/<id>',
      'record of "gone" left out: its Op is 1, not 0',
      expect.stringMatching(/^record of "json" left out: .*JSON/),
      'record of "list" left out: it is no object',
    ]);
  });

  it('says which service has no record that can be read, instead of an empty one', async () => {
    await raw.put('lb/s/a', '<html>');
    const watch = follow(etcdDiscovery({ endpoints, service: 's' }));
    expect(await watch.ended).toMatchObject({
      code: 'ERR_EVENKEEL_DISCOVERY',
      message: expect.stringMatching(/^etcd .*, service "s": none of 1 records can be read$/),
    });
  });

  it('leaves no connection, timer or memory behind after 1,000 watches', async () => {
    await using between = await relay(server.port);
    await using registrar = etcdRegistrar({ endpoints, service: 's', address: '10.0.0.1:80' });
    await registrar.register();
    const discovery = etcdDiscovery({ endpoints: [between.address], service: 's' });
    const usedAfter200 = await churnWatches(discovery);
    await until(() => between.openSockets() === 0);
    expect(between.connections()).toBeGreaterThan(700);
    const resources = process.getActiveResourcesInfo();
    expect(resources.filter((name) => name === 'TCPSocketWrap').length).toBeLessThan(5);
    expect(resources.filter((name) => name === 'Timeout').length).toBeLessThan(10);
    expect(heapUsed() - usedAfter200).toBeLessThan(3_000_000);
  }, 120_000);

  it('keeps its heap flat over 10,000 updates, and ends with the last of them', async () => {
    const controller = new AbortController();
    const discovery = etcdDiscovery({ endpoints, service: 's' });
    let weight = -1;
    const read = async (): Promise<void> => {
      for await (const snapshot of discovery.watch({ signal: controller.signal })) {
        weight = snapshot.endpoints.find(({ id }) => id === '9')?.weight ?? -1;
      }
    };
    const over = read();
    const update = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n += 100) {
        // A transaction may have many writes, but each key once.
        const puts = Array.from({ length: 10 }, (_, step) =>
          raw.post('kv/txn', {
            success: Array.from({ length: 10 }, (_, id) => ({
              request_put: {
                key: Buffer.from(`lb/s/${id}`).toString('base64'),
                value: Buffer.from(
                  JSON.stringify({ host: '10.0.0.1', port: 1 + id, weight: n + step * 10 + id }),
                ).toString('base64'),
              },
            })),
          }),
        );
        await Promise.all(puts);
      }
    };
    await update(0, 2_000);
    const before = heapUsed();
    await update(2_000, 12_000);
    await raw.put('lb/s/9', JSON.stringify({ host: '10.0.0.1', port: 10, weight: 12_345 }));
    await until(() => weight === 12_345);
    expect(heapUsed() - before).toBeLessThan(3_000_000);
    controller.abort();
    await over;
  }, 60_000);

  it('is left before the process ends at SIGTERM', async () => {
    const watch = follow(etcdDiscovery({ endpoints, service: 's' }));
    const child = run(`
      import { drainOnSignals } from '@evenkeel/core';
      import { etcdRegistrar } from './src/index.ts';
      const registrar = etcdRegistrar({ endpoints: ['${server.address}'], service: 's', address: '10.0.0.1:80' });
      drainOnSignals(registrar, { delayMs: 300 });
      await registrar.register();
      console.log('registered');
      setInterval(() => {}, 1000);`);
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    await watch.until(['10.0.0.1:80']);
    child.kill('SIGTERM');
    const { deregistered } = await watch.until([]);
    expect(deregistered).toEqual(['10.0.0.1:80']);
    expect(child.exitCode ?? child.signalCode).toBeNull();
    expect(await ended).toEqual([null, 'SIGTERM']);
    await watch.close();
  });

  function run(program: string) {
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    return spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
});
