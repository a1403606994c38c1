import { type ServiceKind, serviceGate, startService } from '@evenkeel/services';
import { describe, expect, it, vi } from 'vitest';
import { registeredService } from './lib/testing/registered-service.ts';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

/** How a registry is named, for its address. */
const REGISTRIES: Partial<Record<ServiceKind, (address: string) => string>> = {
  redis: (address) => `redis: { url: "redis://${address}", service: orders }`,
  consul: (address) => `consul: { address: "${address}", service: orders }`,
  etcd: (address) => `etcd: { endpoints: ["${address}"], service: orders }`,
  zookeeper: (address) => `zookeeper: { servers: ["${address}"], base: /lb, service: orders }`,
};

const SOON = { timeout: 15_000, interval: 20 };

for (const [kind, registry] of Object.entries(REGISTRIES)) {
  const gate = await serviceGate(kind as ServiceKind);

  describe.skipIf(gate.skipped)(gate.title, () => {
    it('brings what evenkeel register registers to the proxy, and takes it away before it stops', {
      timeout: 60_000,
    }, async () => {
      await using server = await startService(kind as ServiceKind);
      await using file = await temporaryFile(
        'evenkeel.yaml',
        `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { ${registry(server.address)} }, guard: { onEmpty: accept } } }
routes: [{ cluster: api }]
`,
      );
      await using proxy = runCli('run', '-c', file.path);
      const [, url = ''] = await proxy.printed(/^listening on (\S+)$/m);
      await using service = await registeredService({
        settings: `${registry(server.address)}\nweight: 3\nzone: z\ntags: [a]\ndrainDelayMs: 1500`,
      });
      await vi.waitUntil(() => proxy.stderr.includes('cluster api: 1 endpoints, added '), SOON);
      const response = await fetch(url);
      expect([response.status, await response.text()]).toEqual([200, 'here\n']);

      service.cli.child.kill('SIGTERM');
      await vi.waitUntil(() => proxy.stderr.includes('cluster api: 0 endpoints, removed '), SOON);
      expect(await service.get()).toBe('here\n');
      expect(await service.cli.exited).toBe(7);
      expect((await fetch(url)).status).toBe(503);
      proxy.child.kill('SIGTERM');
      expect(await proxy.exited).toBe(0);
    });
  });
}
