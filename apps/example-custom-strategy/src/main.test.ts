import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { expect, it } from 'vitest';
import { comparison } from './compare.ts';
import { quietest } from './quietest.ts';

it('prints what its README says', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const { stdout } = await promisify(execFile)(process.execPath, [main]);
  const [, said] = /^```\n(10\.[\s\S]*?)^```$/m.exec(readme) ?? [];
  expect(stdout).toBe(said);
});

it('keeps a slow endpoint from slowing most requests, as round robin does not', async () => {
  const tails = /^p99 +([\d,.]+) ms +[\d,.]+ ms +([\d,.]+) ms$/m.exec(await comparison());
  const [ofRoundRobin = 0, ofQuietest = 0] = (tails ?? [])
    .slice(1)
    .map((text) => Number(text.replace(',', '')));
  expect(ofQuietest).toBeGreaterThan(0);
  expect(ofQuietest).toBeLessThan(ofRoundRobin / 10);
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
