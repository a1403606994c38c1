import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { freePorts, keepAliveLoad } from '@evenkeel/services';
import { expect, it, vi } from 'vitest';
import { namedEndpoint } from './lib/testing/named-endpoint.ts';
import { type CliProcess, runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

// Each test starts a process, and waits for what it says.
vi.setConfig({ testTimeout: 60_000 });

interface Settings {
  readonly ports: readonly number[];
  readonly listeners?: readonly number[];
  /** More top-level lines. */
  readonly more?: string;
  readonly cluster?: string;
}

function config({ ports, listeners = [0], more = '', cluster = 'strategy: round-robin' }: Settings): string {
  const addresses = ports.map((port) => `"127.0.0.1:${port}"`).join(', ');
  return `listeners: [${listeners.map((port) => `{ port: ${port}, host: 127.0.0.1 }`).join(', ')}]
clusters: { api: { discovery: { static: [${addresses}] }, ${cluster} } }
routes: [{ cluster: api }]
${more}
`;
}

/** Replaces a file as editors and tools do, so that nobody reads half of it. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

async function started(path: string): Promise<{ cli: CliProcess; port: number; url: string }> {
  const cli = runCli('run', '-c', path);
  const [, url = ''] = await cli.printed(/^listening on (http:\/\/127\.0\.0\.1:\d+)$/m);
  return { cli, url, port: Number(new URL(url).port) };
}

const told = (cli: CliProcess, line: string | RegExp, times = 1) =>
  vi.waitUntil(
    () => {
      const parts = cli.stderr.split(line);
      if (cli.child.exitCode !== null) throw new Error(`exited: ${cli.stderr}`);
      return parts.length > times;
    },
    { timeout: 30_000, interval: 20 },
  );

it('takes what the file holds when it changes, and when SIGHUP says so', async () => {
  await using a = await namedEndpoint('a');
  await using b = await namedEndpoint('b');
  await using file = await temporaryFile('evenkeel.yaml', config({ ports: [a.port] }));
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const ask = async () => (await fetch(url)).text();
  expect(await ask()).toBe('a');
  replace(file.path, config({ ports: [b.port] }));
  await told(cli, `reloaded ${file.path}: cluster api changed\n`);
  expect(await ask()).toBe('b');
  cli.child.kill('SIGHUP');
  await told(cli, `reloaded ${file.path}: nothing has changed\n`);
  replace(file.path, config({ ports: [a.port], more: 'reload: { watch: false }\nname: edge' }));
  await told(cli, `reloaded ${file.path}: cluster api changed, name changed, reload changed\n`);
  expect(await ask()).toBe('a');
  replace(file.path, config({ ports: [b.port] }));
  cli.child.kill('SIGHUP');
  await told(cli, `reloaded ${file.path}: cluster api changed`, 3);
  expect(await ask()).toBe('b');
  expect(cli.stdout.match(/listening/g)).toHaveLength(1);
});

it('no request fails while clusters, routes and settings change every 100 ms', async () => {
  await using a = await namedEndpoint('a');
  await using b = await namedEndpoint('b');
  const ports = [a.port, b.port];
  await using file = await temporaryFile('evenkeel.yaml', config({ ports }));
  const { cli, port } = await started(file.path);
  await using _cli = cli;
  const clients = 8;
  const load = keepAliveLoad(port, { clients, pauseMs: 5 });
  let round = 0;
  const writing = setInterval(() => {
    round++;
    const cluster = `strategy: ${round % 3 === 0 ? 'p2c' : 'round-robin'}, perTryTimeoutMs: ${5_000 + round}`;
    const text = config({ ports, cluster, more: `name: edge-${round}\nmaxHeaders: ${50 + round}` });
    replace(file.path, round % 7 === 0 ? text.replace('api }', 'apo }') : text);
  }, 100);
  await told(cli, ': cluster api changed', 25);
  clearInterval(writing);
  await load.stop();
  expect(Object.keys(load.statuses)).toEqual(['200']);
  expect(load.lost).toBe(0);
  expect(load.connections).toBe(clients);
  expect(cli.stderr).toContain('there is no cluster "apo"');
  // They are the same for all clusters, and cannot be fewer than what is open at once.
  expect(a.connections + b.connections).toBeLessThanOrEqual(2 * clients);
});

it('refuses what is invalid with all its mistakes, and what cannot be read; the old configuration stays', async () => {
  await using a = await namedEndpoint('a');
  const good = config({ ports: [a.port] });
  await using file = await temporaryFile('evenkeel.yaml', good);
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const bad = good.replace('port: 0', 'port: x').replace('cluster: api }', 'cluster: apo }');
  replace(file.path, bad);
  await told(cli, 'reload refused: the configuration in use stays\n');
  expect(cli.stderr).toContain(
    `${file.path}:1:21: listeners[0].port: got "x", expected an integer from 0 to 65535\n` +
      `${file.path}:3:21: routes[0].cluster: there is no cluster "apo", did you mean "api"? expected one of "api"\n` +
      'reload refused: the configuration in use stays\n',
  );
  await rename(file.path, `${file.path}.away`);
  await told(cli, /reload refused: .*ENOENT.*; the configuration in use stays\n/);
  expect(await (await fetch(url)).text()).toBe('a');
  replace(file.path, good.replace('strategy: round-robin', 'strategy: p2c'));
  await told(cli, 'cluster api changed\n');
});

it('a cluster with the same settings is the same: what it learned stays', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config({ ports: [a.port, 1] }));
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  for (let i = 0; i < 20; i++) expect((await fetch(url)).status).toBe(200);
  await told(cli, '127.0.0.1:1 ejected');
  const more = { more: 'name: other', cluster: 'strategy: round-robin, retry: false, hostHeader: a' };
  replace(file.path, config({ ports: [a.port, 1], ...more }));
  await told(cli, 'cluster api changed, name changed\n');
  for (let i = 0; i < 20; i++) expect((await fetch(url)).status).toBe(200);
  replace(file.path, config({ ports: [a.port, 1], cluster: 'strategy: random, retry: false' }));
  await told(cli, 'cluster api changed', 2);
  const statuses = new Set<number>();
  await vi.waitUntil(async () => statuses.add((await fetch(url)).status).has(502));
});

it('middleware with the same settings on the same route counts on', async () => {
  await using a = await namedEndpoint('a');
  const limited = (more: string, limit: string): string =>
    config({ ports: [a.port], more }).replace('cluster: api }]', `cluster: api, rateLimit: ${limit} }]`);
  const first = '{ rate: 3, perMs: 3600000 }';
  await using file = await temporaryFile('evenkeel.yaml', limited('', first));
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const ask = async () => (await fetch(url)).status;
  expect([await ask(), await ask()]).toEqual([200, 200]);
  replace(file.path, limited('name: edge', first));
  await told(cli, 'name changed\n');
  expect([await ask(), await ask()]).toEqual([200, 429]);
  replace(file.path, limited('name: edge', first.replace('3,', '4,')));
  await told(cli, 'routes changed\n');
  expect(await ask()).toBe(200);
});

it('requests that are open end with the cluster that they began with, which ends after them', async () => {
  await using a = await namedEndpoint('a');
  await using b = await namedEndpoint('b');
  await using file = await temporaryFile('evenkeel.yaml', config({ ports: [a.port] }));
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const held = fetch(`${url}/held`);
  await vi.waitUntil(() => a.held === 1);
  replace(file.path, config({ ports: [b.port] }));
  await told(cli, 'cluster api changed');
  expect(await (await fetch(url)).text()).toBe('b');
  a.release();
  expect(await (await held).text()).toBe('a');
});

it('binds new addresses before it takes anything, and closes those that are gone with their requests answered', async () => {
  await using a = await namedEndpoint('a');
  const [first = 0, second = 0] = await freePorts(2);
  await using file = await temporaryFile('evenkeel.yaml', config({ ports: [a.port], listeners: [first] }));
  const { cli } = await started(file.path);
  await using _cli = cli;
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  replace(file.path, config({ ports: [a.port], listeners: [second, port], more: 'name: never' }));
  await told(
    cli,
    `reload refused: cannot listen on 127.0.0.1:${port}: the port is in use (EADDRINUSE); the configuration in use stays\n`,
  );
  const at = async (where: number) => (await fetch(`http://127.0.0.1:${where}/`)).text();
  expect(await at(first)).toBe('a');
  await expect(at(second)).rejects.toThrow();
  taken.close();
  const held = fetch(`http://127.0.0.1:${first}/held`);
  await vi.waitUntil(() => a.held === 1);
  replace(file.path, config({ ports: [a.port], listeners: [second] }));
  await told(cli, `listener 127.0.0.1:${second} added, listener 127.0.0.1:${first} removed\n`);
  await cli.printed(new RegExp(`^listening on http://127\\.0\\.0\\.1:${second}$`, 'm'));
  expect(await at(second)).toBe('a');
  await vi.waitUntil(() =>
    at(first).then(
      () => false,
      () => true,
    ),
  );
  a.release();
  const answer = await held;
  expect([await answer.text(), answer.headers.get('connection')]).toEqual(['a', 'close']);
});

it('a listener with another address on the same port takes the place of the one before', async () => {
  await using a = await namedEndpoint('a');
  const [port = 0] = await freePorts(1);
  const before = config({ ports: [a.port], listeners: [port] });
  await using file = await temporaryFile('evenkeel.yaml', before);
  const { cli } = await started(file.path);
  await using _cli = cli;
  replace(file.path, before.replace(', host: 127.0.0.1', ''));
  await told(cli, `listener *:${port} added, listener 127.0.0.1:${port} removed\n`);
  expect(await (await fetch(`http://[::1]:${port}/`)).text()).toBe('a');
});

it('a cluster that has no endpoints yet is waited for, but not for ever', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config({ ports: [a.port] }));
  const endpoints = join(dirname(file.path), 'endpoints.yaml');
  const later = config({ ports: [], more: 'reload: { readyTimeoutMs: 30000 }' }).replace(
    'static: []',
    'file: endpoints.yaml',
  );
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const load = keepAliveLoad(Number(new URL(url).port), { clients: 2, pauseMs: 5 });
  replace(file.path, later);
  await told(cli, 'warning: clusters.api.discovery.file');
  await load.reached(load.answered + 50);
  expect(cli.stderr).not.toContain('reloaded');
  replace(endpoints, `["127.0.0.1:${a.port}"]`);
  await told(cli, 'cluster api changed, reload changed\n');
  await load.stop();
  expect([load.statuses, load.lost]).toEqual([{ 200: load.answered }, 0]);
  replace(file.path, later.replace('30000', '1').replace('endpoints.yaml', 'none.yaml'));
  await told(cli, 'cluster api changed, reload changed\n', 2);
  expect((await fetch(url)).status).toBe(503);
});

it('follows a mount of Kubernetes', async () => {
  await using a = await namedEndpoint('a');
  await using b = await namedEndpoint('b');
  await using file = await temporaryFile('other', '');
  const folder = dirname(file.path);
  for (const { version, ports } of [
    { version: '..v1', ports: [a.port] },
    { version: '..v2', ports: [b.port] },
  ]) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, 'evenkeel.yaml'), config({ ports }));
  }
  await symlink('..v1', join(folder, '..data'));
  await symlink('..data/evenkeel.yaml', join(folder, 'evenkeel.yaml'));
  const { cli, url } = await started(join(folder, 'evenkeel.yaml'));
  await using _cli = cli;
  expect(await (await fetch(url)).text()).toBe('a');
  await symlink('..v2', join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  await told(cli, 'cluster api changed\n');
  expect(await (await fetch(url)).text()).toBe('b');
});

it('a storm of SIGHUP is few reloads, and SIGTERM ends one that waits', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config({ ports: [a.port] }));
  const { cli, port } = await started(file.path);
  await using _cli = cli;
  const load = keepAliveLoad(port, { clients: 4, pauseMs: 5 });
  for (let i = 0; i < 500; i++) {
    cli.child.kill('SIGHUP');
    if (i % 10 === 0) await load.reached(load.answered + 1);
  }
  await told(cli, 'nothing has changed\n');
  await load.stop();
  expect([load.statuses, load.lost]).toEqual([{ 200: load.answered }, 0]);
  const waiting = config({ ports: [], more: 'reload: { readyTimeoutMs: 60000 }' });
  replace(file.path, waiting.replace('static: []', 'file: none.yaml'));
  await told(cli, 'warning: clusters.api.discovery.file');
  cli.child.kill('SIGTERM');
  expect(await cli.exited).toBe(0);
  expect(cli.stderr).toMatch(/\nstopping: 0 open\nstopped\n$/);
});
