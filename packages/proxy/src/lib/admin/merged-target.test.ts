import { createCluster, staticDiscovery } from '@evenkeel/core';
import { roundRobin } from '@evenkeel/strategies';
import { afterEach, describe, expect, it } from 'vitest';
import { createProxy } from '../proxy.ts';
import type { AdminTarget, CommandResult } from './admin-target.ts';
import { createAdmin } from './create-admin.ts';
import { localTarget } from './local-target.ts';
import { mergedTarget } from './merged-target.ts';

const ID = '127.0.0.1:1';
const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of started.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A worker as it looks from another process: what it says has been copied. */
async function worker(id: string) {
  const cluster = createCluster({ name: 'api', discovery: staticDiscovery([ID]), strategy: roundRobin() });
  await cluster.ready();
  const proxy = createProxy({ routes: [{ cluster: 'api' }], clusters: [cluster] });
  started.push(cluster, proxy);
  const target = localTarget({ proxy, clusters: () => [cluster], id });
  const far: AdminTarget = {
    state: async () => structuredClone(await target.state()),
    command: async (command) => structuredClone(await target.command(structuredClone(command))),
  };
  return { cluster, proxy, far };
}

it('answers for all workers, and changes an endpoint in each', async () => {
  const workers = [await worker('1'), await worker('2')];
  const gone: AdminTarget = {
    state: () => Promise.reject(new Error('gone')),
    command: () => Promise.reject(new Error('gone')),
  };
  const admin = createAdmin({ target: mergedTarget(() => [...workers.map(({ far }) => far), gone]) });
  started.push(admin);
  const { port } = await admin.listen({ port: 0 });
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json();
  for (const { cluster } of workers) cluster.pick().done({ kind: 'success' });
  expect(await ask('/clusters/api')).toMatchObject({
    endpoints: [{ id: ID, picks: 2, workers: { known: 2, candidate: 2 } }],
  });
  expect(await ask('/workers')).toMatchObject({ workers: [{ id: '1' }, { id: '2' }] });
  const changed = await fetch(`http://127.0.0.1:${port}/clusters/api/endpoints/${ID}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"drained":true}',
  });
  expect(await changed.json()).toMatchObject({ state: 'draining', workers: { candidate: 0 } });
  for (const { cluster } of workers) expect(cluster.inspect().endpoints[0]?.operator.drained).toBe(true);
  await workers[0]?.proxy.close();
  expect(await ask('/ready')).toMatchObject({ ready: true });
  await workers[1]?.proxy.close();
  expect(await ask('/ready')).toMatchObject({ ready: false, draining: true });
});

describe('a command', () => {
  const saying = (...results: CommandResult[]): Promise<CommandResult> =>
    mergedTarget(() =>
      results.map((result) => ({ state: async () => [], command: async () => result })),
    ).command({
      type: 'purge',
      all: true,
    });
  const missing = { done: false, error: 'not-found', message: 'x' } as const;

  it('is done where one worker could', async () => {
    expect(await saying(missing, { done: true })).toEqual({ done: true });
    expect(await saying(missing, missing)).toEqual(missing);
    expect(await saying()).toMatchObject({ done: false, message: 'no worker is running' });
  });

  it('reached the shared store where all say so', async () => {
    const told = { done: true, stores: 1, shared: true } as const;
    expect(await saying(told, told)).toEqual(told);
    expect(await saying(told, missing, { ...told, shared: false })).toEqual({ ...told, shared: false });
  });
});
