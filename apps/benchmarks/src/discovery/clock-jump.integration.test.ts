import { createCluster, type RegistrarEvent } from '@evenkeel/core';
import { serviceGate, startService } from '@evenkeel/services';
import { roundRobin } from '@evenkeel/strategies';
import { describe, expect, it, vi } from 'vitest';
import { REGISTRIES } from './registries/registries.ts';
import { REGISTRY_NAMES } from './registries/registry.ts';

const HOUR_MS = 3_600_000;
const TTL_MS = 1_500;
const SERVICE = 'clock';

/** Lets the wall clock of this process jump, while monotonic time goes on. */
function jump(ms: number): void {
  const real = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => real() + ms);
}

for (const name of REGISTRY_NAMES) {
  const registry = REGISTRIES[name];
  const gate = await serviceGate(registry.server, { control: true });
  describe.skipIf(gate.skipped)(`the wall clock jumps beside ${name} (${gate.title})`, () => {
    it('and nobody is lost, no lease ends, nothing is late', async () => {
      await using server = await startService(registry.server, registry.startOptions);
      await using stack = new AsyncDisposableStack();
      const events: RegistrarEvent['type'][] = [];
      for (const endpoint of ['127.0.0.1:7001', '127.0.0.1:7002', '127.0.0.1:7003']) {
        const onEvent = ({ type }: RegistrarEvent): void => void events.push(type);
        const registrar = registry.registrar(server, { service: SERVICE, endpoint, ttlMs: TTL_MS, onEvent });
        await stack.use(registrar).register();
      }
      const discovery = registry.discovery(server, { service: SERVICE, quickProbes: true });
      const cluster = stack.use(createCluster({ name: SERVICE, discovery, strategy: roundRobin() }));
      await expect.poll(() => cluster.inspect().counts.healthy).toBe(3);
      const changes: string[] = [];
      cluster.subscribe(({ type }) => changes.push(type));
      try {
        for (const hours of [1, -2]) {
          jump(hours * HOUR_MS);
          const jumpedAt = performance.now();
          await expect
            .poll(() => performance.now() - jumpedAt, { timeout: 10_000, interval: 100 })
            .toBeGreaterThan(2 * TTL_MS);
        }
      } finally {
        vi.restoreAllMocks();
      }
      expect(changes).toEqual([]);
      expect(events).toEqual(['registered', 'registered', 'registered']);
      expect(cluster.inspect().counts.healthy).toBe(3);
    });
  });
}
