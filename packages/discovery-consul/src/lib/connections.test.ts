import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@evenkeel/testing/driver';
import Consul from 'consul';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConsulTlsOptions } from './connection-options.ts';
import { consulDiscovery } from './discovery.ts';
import { entry, fakeAgent, json } from './testing/fake-agent.ts';
import { type Follower, follow } from './testing/follower.ts';
import { CERTIFICATE, KEY } from './testing/tls-fixture.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

describe('connections', () => {
  it('are at most 190 to one agent, whoever watches it, and the watches beyond 150 poll', async () => {
    await using agent = await fakeAgent();
    agent.publish([entry(1)]);
    const all = Array.from({ length: 220 }, () =>
      follow(consulDiscovery({ address: agent.address, service: 's', pollMs: 300, pingMs: 1_000 })),
    );
    await Promise.all(all.map((watch) => watch.until(1)));
    await until(() => agent.requests.filter(({ url }) => url.searchParams.has('index')).length === 150);
    agent.publish([entry(2)]);
    await Promise.all(all.map((watch) => watch.until(2)));
    expect(agent.peak).toBeLessThanOrEqual(190);
    // A seat that becomes free is taken by one that polls.
    await Promise.all(all.slice(0, 100).map((watch) => watch.close()));
    agent.requests.length = 0;
    agent.publish([entry(3)]);
    await Promise.all(all.slice(100).map((watch) => watch.until(3)));
    await until(() => agent.requests.filter(({ url }) => url.searchParams.has('index')).length >= 120);
    await Promise.all(all.slice(100).map((watch) => watch.close()));
    await until(() => agent.sockets.size === 0);
  });

  it('over a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-consul-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await using agent = await fakeAgent({ path: join(folder, 'agent.sock') });
    agent.publish([entry(1)]);
    const watch = follow(consulDiscovery({ address: agent.address, service: 's' }));
    await watch.until(1);
    await watch.close();
  });

  it('over TLS: by a trusted authority, with a certificate of the own, by another name', async () => {
    const server = {
      cert: CERTIFICATE,
      key: KEY,
      ca: CERTIFICATE,
      requestCert: true,
      rejectUnauthorized: true,
    };
    await using agent = await fakeAgent({ tls: server });
    agent.publish([entry(1)]);
    const tls = { ca: CERTIFICATE, cert: CERTIFICATE, key: KEY };
    const to = (address: string, own: ConsulTlsOptions): Follower =>
      follow(consulDiscovery({ address, service: 's', tls: own }));
    const watch = to(agent.address, tls);
    await watch.until(1);
    await watch.close();
    const named = to(`https://${agent.address}`, { ...tls, serverName: 'agent.test' });
    await named.until(1);
    await named.close();
    expect(String(await to(agent.address, {}).failure())).toMatch(/self-signed certificate/);
    expect(String(await to(agent.address, { ...tls, serverName: 'x.test' }).failure())).toMatch(/altnames/);
    await to(agent.address, { ca: CERTIFICATE }).failure();
  });

  it.skipIf(!hasIpv6)('over IPv6', async () => {
    const server = createServer((_request, response) =>
      json(response, [entry(1)], { 'x-consul-index': '1' }),
    );
    server.listen(0, '::1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const watch = follow(consulDiscovery({ address: `[::1]:${port}`, service: 's' }));
    await watch.until(1);
    await watch.close();
    server.close();
    server.closeAllConnections();
  });

  it("of the caller's client, with its defaults, stay open", async () => {
    await using agent = await fakeAgent();
    agent.publish([entry(1)]);
    const port = Number(agent.address.split(':')[1]);
    const defaults = { token: 'of-client', dc: 'eu', partition: 'p' };
    const client = new Consul({ host: '127.0.0.1', port, defaults });
    const watch = follow(consulDiscovery({ client, service: 's' }));
    await watch.until(1);
    await watch.close();
    const [{ url, headers } = { url: new URL('http://x'), headers: {} }] = agent.requests;
    expect(url.searchParams.toString()).toBe('dc=eu&partition=p&stale=1');
    expect(headers).toMatchObject({ 'x-consul-token': 'of-client' });
    const other = follow(consulDiscovery({ client, service: 's', token: 'own', datacenter: 'us' }));
    await other.until(1);
    await other.close();
    expect(agent.requests.at(-1)?.url.searchParams.get('dc')).toBe('us');
    expect(agent.requests.at(-1)?.headers).toMatchObject({ 'x-consul-token': 'own' });
    client.destroy();
  });

  it('that cannot be made are told', async () => {
    const failure = await follow(consulDiscovery({ address: '127.0.0.1:1', service: 's' })).failure();
    expect(String(failure)).toMatch(/consul 127\.0\.0\.1:1, service "s": .*ECONNREFUSED/);
  });

  it('with a password in the address keep it out of messages', async () => {
    await using agent = await fakeAgent();
    agent.answer = (response) => response.writeHead(401).end();
    const discovery = consulDiscovery({ address: `http://me:secret@${agent.address}/consul/`, service: 's' });
    const failure = String(await follow(discovery).failure());
    expect(failure).toMatch(/consul 127\.0\.0\.1:\d+\/consul, service "s": HTTP 401/);
    expect(failure).not.toContain('secret');
    expect(agent.requests[0]?.url.pathname).toBe('/consul/v1/health/service/s');
    expect(agent.requests[0]?.headers).toMatchObject({ authorization: 'Basic bWU6c2VjcmV0' });
  });
});
