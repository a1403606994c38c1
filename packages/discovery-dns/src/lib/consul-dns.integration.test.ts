import { createCluster, formatAddress, type Snapshot, type Strategy } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { testDiscovery } from '@evenkeel/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { dnsDiscovery } from './discovery.ts';
import { openSockets } from './testing/open-sockets.ts';

const gate = await serviceGate('consul', { control: true });
const TTL_MS = 1_000;
const SRV = 'orders.service.consul';

/** Gives everyone a turn. */
function turns(): Strategy {
  let list: Parameters<Strategy['update']>[0] = [];
  let turn = 0;
  return {
    name: 'turns',
    update(candidates) {
      list = candidates;
    },
    pick: () => list[turn++ % list.length],
    clone: turns,
  };
}

describe.skipIf(gate.skipped)(`${gate.title} over DNS`, () => {
  let consul: Service;
  let dns: string;
  let registered = new Set<string>();
  const aborts: AbortController[] = [];

  const call = async (path: string, body?: object): Promise<void> => {
    const response = await fetch(`http://${consul.address}/v1/agent/service/${path}`, {
      method: 'PUT',
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const register = async (address: string, weight = 1): Promise<void> => {
    const [host, port] = address.split(':');
    registered.add(address);
    await call('register', {
      ID: address,
      Name: 'orders',
      Address: host,
      Port: Number(port),
      Weights: { Passing: weight, Warning: 1 },
    });
  };
  const deregister = async (address: string): Promise<void> => {
    registered.delete(address);
    await call(`deregister/${address}`);
  };
  const publish = async (addresses: readonly string[]): Promise<void> => {
    for (const address of registered) if (!addresses.includes(address)) await deregister(address);
    for (const address of addresses) if (!registered.has(address)) await register(address);
  };
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `10.1.0.${index}:80`);
  const watch = (options: { readonly transport?: 'udp' | 'tcp' } = {}): AsyncIterator<Snapshot> => {
    const abort = new AbortController();
    aborts.push(abort);
    const discovery = dnsDiscovery({ srv: SRV, servers: [dns], ...options });
    return discovery.watch({ signal: abort.signal })[Symbol.asyncIterator]();
  };

  beforeAll(async () => {
    const ttl = `dns_config { service_ttl { "*" = "${TTL_MS}ms" } }`;
    consul = await startService('consul', { args: ['-hcl', ttl] });
    dns = formatAddress(consul.host, consul.ports.dns ?? 0);
  });
  afterAll(() => consul.stop());
  beforeEach(() => publish([]));
  afterEach(() => {
    for (const abort of aborts.splice(0)) abort.abort();
  });

  describe('contract', () => {
    testDiscovery({
      test,
      async make() {
        await publish([]);
        return {
          discovery: dnsDiscovery({
            srv: SRV,
            servers: [dns],
            minTtlMs: 100,
            maxTtlMs: 100,
            defaultTtlMs: 100,
            emptyHoldMs: 0,
          }),
          publish,
          openHandles: openSockets,
        };
      },
    });
  });

  it('takes address, port and weight, and the node-independent id', async () => {
    await register('10.1.0.1:8080', 7);
    await register('10.1.0.2:8081', 3);
    const { value } = await watch().next();
    expect(value.endpoints).toMatchObject([
      { id: '10.1.0.1:8080', weight: 7, metadata: { target: '0a010001.addr.dc1.consul' } },
      { id: '10.1.0.2:8081', weight: 3 },
    ]);
  });

  it.each(['udp', 'tcp'] as const)('finds all of 50 endpoints, starting with %s', async (transport) => {
    await publish(many(50));
    const { value } = await watch({ transport }).next();
    expect(value.endpoints).toHaveLength(50);
  });

  describe('with a cluster', () => {
    const setUp = async () => {
      await publish(['10.1.0.1:80', '10.1.0.2:80']);
      const discovery = dnsDiscovery({ srv: SRV, servers: [dns], timeoutMs: 300 });
      const cluster = createCluster({ name: 'orders', discovery, strategy: turns() });
      await cluster.ready({ signal: AbortSignal.timeout(5_000) });
      let failed = 0;
      const seen = new Map<string, number>();
      const timer = setInterval(() => {
        try {
          const pick = cluster.pick();
          pick.done({ kind: 'success' });
          seen.set(pick.endpoint.id, performance.now());
        } catch {
          failed++;
        }
      }, 2);
      const ids = (): string => [...cluster.inspect().endpoints.map(({ id }) => id)].sort().join();
      return {
        ids,
        seen,
        failed: () => failed,
        state: (): string => cluster.inspect().discovery.state,
        close: async (): Promise<void> => {
          clearInterval(timer);
          await cluster.close();
        },
      };
    };
    const within = (ms: number, check: () => void) => vi.waitFor(check, { timeout: ms, interval: 2 });

    it('sends traffic to a new endpoint within the TTL and a second, and none to one that left', async () => {
      const { seen, ids, failed, close } = await setUp();
      await register('10.1.0.3:80');
      await within(TTL_MS + 1_000, () => expect(seen.has('10.1.0.3:80')).toBe(true));
      await deregister('10.1.0.1:80');
      await within(TTL_MS + 1_000, () => expect(ids()).toBe('10.1.0.2:80,10.1.0.3:80'));
      expect(failed()).toBe(0);
      await close();
    });

    it('loses no pick over kill -9 and a restart without data, and follows the agent again', async () => {
      const { ids, failed, state, close } = await setUp();
      await consul.kill();
      await within(2 * (TTL_MS + 1_000), () => expect(state()).toBe('stale'));
      await consul.restart({ keepData: false });
      registered = new Set();
      await register('10.1.0.9:80');
      await within(15_000, () => expect(ids()).toContain('10.1.0.9:80'));
      await within(5_000, () => expect(state()).toBe('live'));
      expect(failed()).toBe(0);
      await close();
    });

    it('is stale within two refreshes when the agent freezes, loses no pick, and is live again', async () => {
      const { ids, failed, state, close } = await setUp();
      consul.pause();
      try {
        await within(2 * (TTL_MS + 1_000), () => expect(state()).toBe('stale'));
      } finally {
        consul.resume();
      }
      await within(10_000, () => expect(state()).toBe('live'));
      expect([ids(), failed()]).toEqual(['10.1.0.1:80,10.1.0.2:80', 0]);
      await close();
    });
  });
});
