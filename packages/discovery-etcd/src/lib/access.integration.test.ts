import { systemClock } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { until } from '@evenkeel/testing/driver';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClient } from './client.ts';
import { etcdPlace } from './connection-options.ts';
import { etcdDiscovery } from './discovery.ts';
import { etcdRegistrar } from './registrar.ts';
import { createRotation } from './rotation.ts';
import { fakeGateway, passOn } from './testing/fake-gateway.ts';
import { follow } from './testing/follow.ts';
import { b64, type RawEtcd, rawEtcd } from './testing/raw-etcd.ts';
import { relay } from './testing/relay.ts';
import { TEST_CERT, TEST_KEY } from './testing/tls-fixture.ts';

const gate = await serviceGate('etcd', { control: true });

describe.skipIf(gate.skipped)(`access to ${gate.title}`, () => {
  let server: Service;
  let raw: RawEtcd;

  beforeAll(async () => {
    server = await startService('etcd');
    raw = rawEtcd(`http://${server.address}`);
  });
  afterAll(() => server.stop());

  describe('over TLS', () => {
    it('works for those who trust the certificate, with one of their own where it is asked for', async () => {
      await using secured = await relay(server.port, {
        cert: TEST_CERT,
        key: TEST_KEY,
        ca: TEST_CERT,
        requestCert: true,
        rejectUnauthorized: true,
      });
      const tls = { ca: TEST_CERT, cert: TEST_CERT, key: TEST_KEY };
      const options = { endpoints: [secured.address], tls, service: 'tls' };
      const watch = follow(etcdDiscovery({ ...options, endpoints: [`https://${secured.address}`] }));
      await using registrar = etcdRegistrar({ ...options, address: '10.0.0.1:80' });
      await registrar.register();
      await watch.until(['10.0.0.1:80']);
      await watch.close();
    });

    it('says that it does not trust, and uses a dispatcher that does', async () => {
      await using secured = await relay(server.port, { cert: TEST_CERT, key: TEST_KEY });
      const options = { endpoints: [`https://${secured.address}`], service: 'tls' };
      expect(await follow(etcdDiscovery(options)).ended).toMatchObject({
        message: expect.stringContaining('self-signed certificate'),
      });
      const dispatcher = new Agent({ connect: { ca: TEST_CERT } });
      const watch = follow(etcdDiscovery({ ...options, dispatcher }));
      await watch.until([]);
      await watch.close();
      expect(dispatcher.closed).toBe(false);
      await dispatcher.close();
      await until(() => secured.openSockets() === 0);
    });
  });

  it('lists anew when the history it would follow was compacted', async () => {
    // Between the listing and the watch, once.
    await raw.put('lb/c/a', '{"host":"10.0.0.1","port":80}');
    let compacted = false;
    const toServer = passOn(`http://${server.address}`);
    await using between = await fakeGateway({
      'kv/range': toServer,
      async watch(response, request) {
        if (!compacted) {
          compacted = true;
          await raw.put('lb/c/b', '{"host":"10.0.0.2","port":80}');
          await raw.put('lb/c/b', '{"host":"10.0.0.2","port":81}');
          await raw.post('kv/compaction', { revision: await raw.revision(), physical: true });
        }
        await toServer(response, request);
      },
    });
    const discovery = etcdDiscovery({ endpoints: [between.origin], service: 'c' });
    const first = follow(discovery);
    await first.until(['a']);
    expect(await first.ended).toMatchObject({
      message: expect.stringMatching(/cancelled the watch: history up to revision \d+ is compacted/),
    });
    const second = follow(discovery);
    await second.until(['a', 'b']);
    await second.close();
  });

  it('a watch on a revision of the future is refused by what its first frame says', async () => {
    const place = etcdPlace({ endpoints: [server.address] });
    const rotation = createRotation(place.origins, () => 0);
    const client = openClient({ place, rotation, clock: systemClock, timeoutMs: 2_000 });
    const controller = new AbortController();
    const frames = client.watch({ key: 'a', from: 1_000_000n }, controller.signal);
    const { value } = await frames.next();
    expect(value).toMatchObject({ created: true, events: [] });
    expect(value?.header.revision).toBeLessThan(1_000_000n);
    controller.abort();
    await client.close();
  });

  describe('for users', () => {
    let limited: { endpoints: readonly string[]; username: string; password: string; service: string };

    beforeAll(async () => {
      await raw.post('auth/user/add', { name: 'root', password: 'top' });
      await raw.post('auth/role/add', { name: 'root' });
      await raw.post('auth/user/grant', { user: 'root', role: 'root' });
      await raw.post('auth/user/add', { name: 'shop', password: 'secret' });
      await raw.post('auth/role/add', { name: 'shop' });
      await raw.post('auth/role/grant', {
        name: 'shop',
        perm: { permType: 'READWRITE', key: b64('lb/orders/'), range_end: b64('lb/orders0') },
      });
      await raw.post('auth/user/grant', { user: 'shop', role: 'shop' });
      limited = { endpoints: [server.address], username: 'shop', password: 'secret', service: 'orders' };
    });

    async function tokenOf(name: string, password: string): Promise<string> {
      const { token } = await raw.post('auth/authenticate', { name, password });
      return String(token);
    }

    it('may have a user before authentication is on, and survives that it is turned on', async () => {
      const events: string[] = [];
      await using registrar = etcdRegistrar({
        ...limited,
        address: '10.0.0.1:80',
        failFast: true,
        onEvent: ({ type }) => events.push(type),
      });
      await registrar.register();
      const watch = follow(etcdDiscovery({ ...limited, pingMs: 100 }));
      await watch.until(['10.0.0.1:80']);
      await raw.post('auth/enable', {});
      await registrar.deregister();
      const { deregistered } = await watch.until([]);
      expect(deregistered).toEqual(['10.0.0.1:80']);
      expect(events).toEqual(['registered', 'deregistered']);
      await watch.close();
    });

    it('needs no more rights than those to the keys of the service', async () => {
      const watch = follow(etcdDiscovery(limited));
      await watch.until([]);
      await using registrar = etcdRegistrar({ ...limited, address: '10.0.0.1:80', ttlMs: 3_000 });
      await registrar.register();
      await watch.until(['10.0.0.1:80']);
      // A heartbeat may find out that it is gone, and put it again.
      await rawEtcd(`http://${server.address}`, await tokenOf('shop', 'secret')).remove('lb/orders/10');
      await watch.until([]);
      await watch.until(['10.0.0.1:80']);
      await registrar.deregister();
      await watch.until([]);
      await watch.close();
    });

    it('takes a new token when users change, and when etcd has forgotten the old one', async () => {
      const token = await tokenOf('root', 'top');
      const watch = follow(etcdDiscovery({ ...limited, pingMs: 50 }));
      await watch.until([]);
      await using registrar = etcdRegistrar({ ...limited, address: '10.0.0.1:80' });
      await registrar.register();
      await watch.until(['10.0.0.1:80']);
      await rawEtcd(`http://${server.address}`, token).post('auth/user/add', { name: 'new', password: 'x' });
      await registrar.deregister();
      await watch.until([]);
      await registrar.register();
      await server.restart({ keepData: true });
      await registrar.deregister();
      await watch.ended;
    });

    it('says what is wrong, and keeps the password to itself', async () => {
      const nobody = await follow(etcdDiscovery({ endpoints: limited.endpoints, service: 'orders' })).ended;
      expect(nobody).toMatchObject({ message: expect.stringContaining('user name is empty') });
      const wrong = await follow(etcdDiscovery({ ...limited, password: 'hunter2' })).ended;
      expect(wrong).toMatchObject({ message: expect.stringContaining('authentication failed') });
      expect(String((wrong as Error).stack)).not.toContain('hunter2');
      const other = await follow(etcdDiscovery({ ...limited, service: 'payments' })).ended;
      expect(other).toMatchObject({ message: expect.stringContaining('permission denied') });
    });
  });
});
