import { createCluster } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { roundRobin } from '@evenkeel/strategies';
import { Redis } from 'ioredis';
import zookeeper from 'node-zookeeper-client';
import { describe, expect, it } from 'vitest';
import { heapInUse } from '../lib/heap.ts';
import { REGISTRIES } from './registries/registries.ts';

const SERVICE = 'orders';
const ENDPOINT = { host: '10.0.0.1', port: 80 };
const WARM_UP = 2_000;
const UPDATES = 10_000;
const AT_ONCE = 50;
const MAX_GROWTH_BYTES = 3_000_000;

/** Changes the weight of one endpoint, behind the back of any registrar. */
interface Writer extends AsyncDisposable {
  write(weight: number): Promise<unknown>;
}

/** By registry; the package of etcd has the same test with the means of its own. */
const WRITERS: Readonly<Record<'consul' | 'redis' | 'zookeeper', (server: Service) => Promise<Writer>>> = {
  async consul({ address }) {
    return {
      async write(weight) {
        const response = await fetch(`http://${address}/v1/agent/service/register`, {
          method: 'PUT',
          body: JSON.stringify({
            Name: SERVICE,
            Address: ENDPOINT.host,
            Port: ENDPOINT.port,
            Weights: { Passing: weight, Warning: 1 },
          }),
        });
        await response.arrayBuffer();
        expect(response.status).toBe(200);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
  async redis({ host, port }) {
    const client = new Redis({ host, port });
    return {
      write: (weight) =>
        client
          .multi()
          .zadd(`lb:{${SERVICE}}:exp`, Date.now() + 600_000, 'a')
          .hset(`lb:{${SERVICE}}:rec`, 'a', JSON.stringify({ v: 1, ...ENDPOINT, weight }))
          .hset(`lb:{${SERVICE}}:meta`, 'e', 'e', 'n', weight)
          .publish(`lb:{${SERVICE}}:ch`, `e.${weight}`)
          .exec(),
      async [Symbol.asyncDispose]() {
        client.disconnect();
      },
    };
  },
  async zookeeper({ address }) {
    const client = zookeeper.createClient(address);
    client.connect();
    await new Promise<void>((resolve) => client.once('connected', () => resolve()));
    const record = (weight: number): Buffer =>
      Buffer.from(JSON.stringify({ address: ENDPOINT.host, port: ENDPOINT.port, payload: { weight } }));
    const path = `/services/${SERVICE}/a`;
    await new Promise((resolve) => client.mkdirp(path, record(1), resolve));
    return {
      write: (weight) => new Promise((resolve) => client.setData(path, record(weight), resolve)),
      async [Symbol.asyncDispose]() {
        client.close();
      },
    };
  },
};

for (const name of ['consul', 'redis', 'zookeeper'] as const) {
  const registry = REGISTRIES[name];
  const gate = await serviceGate(registry.server, { control: true });
  describe.skipIf(gate.skipped)(`10,000 updates at a ${gate.title}`, () => {
    it('leave the heap flat, and the last of them stands', async () => {
      await using server = await startService(registry.server);
      await using writer = await WRITERS[name](server);
      await writer.write(1);
      const discovery = registry.discovery(server, { service: SERVICE });
      await using cluster = createCluster({ name: SERVICE, discovery, strategy: roundRobin() });
      await cluster.ready();
      const weight = (): number | undefined => cluster.inspect().endpoints[0]?.weight;
      let seen = 0;
      cluster.subscribe(({ type }) => {
        if (type === 'endpointsChanged') seen++;
      });
      const update = async (from: number, to: number): Promise<void> => {
        for (let next = from; next < to; next += AT_ONCE) {
          // The order within a batch is of no account, but the last of all is written alone.
          await Promise.all(Array.from({ length: AT_ONCE - 1 }, (_, index) => writer.write(next + index)));
          await writer.write(next + AT_ONCE - 1);
        }
        await expect.poll(weight, { timeout: 10_000 }).toBe(to - 1);
      };
      await update(2, 2 + WARM_UP);
      const before = heapInUse();
      await update(2 + WARM_UP, 2 + UPDATES);
      expect(heapInUse() - before).toBeLessThan(MAX_GROWTH_BYTES);
      expect(seen).toBeGreaterThan(2);
      expect(cluster.inspect().endpoints).toHaveLength(1);
    }, 120_000);
  });
}
