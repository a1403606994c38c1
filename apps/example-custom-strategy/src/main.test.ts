import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { expect, it } from 'vitest';
import { quietest } from './quietest.ts';

it('prints what its README says', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main]);
  expect(stdout).toBe('10.0.0.1:80: 4 in flight\n10.0.0.2:80: 2 in flight\n10.0.0.3:80: 2 in flight\n');
});

it('inherits ejection from the cluster: an endpoint that fails five times in a row is left alone', async () => {
  const cluster = createCluster({
    name: 'orders',
    discovery: staticDiscovery(['10.0.0.1:80', '10.0.0.2:80']),
    strategy: quietest(),
  });
  await cluster.ready();
  for (let i = 0; i < 5; i++) {
    const pick = cluster.pick({ exclude: new Set(['10.0.0.2:80']) });
    expect(pick.endpoint.id).toBe('10.0.0.1:80');
    pick.done({ kind: 'failure', statusCode: 500 });
  }
  for (let i = 0; i < 5; i++) expect(cluster.pick().endpoint.id).toBe('10.0.0.2:80');
  await cluster.close();
});
