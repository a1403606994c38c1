import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { keepAliveLoad } from '@evenkeel/services';
import { expect, it, vi } from 'vitest';
import { namedEndpoint } from './lib/testing/named-endpoint.ts';
import { type CliProcess, runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

function config(port: number, more = 'workers: 2'): string {
  return `listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: ["127.0.0.1:${port}"] } } }
routes: [{ cluster: api }]
${more}
`;
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

// Each test starts several processes, and some of them anew.
vi.setConfig({ testTimeout: 90_000 });

const patiently = { timeout: 30_000, interval: 20 };

async function started(path: string): Promise<{ cli: CliProcess; port: number; url: string }> {
  const cli = runCli('run', '-c', path);
  const [, url = ''] = await cli.printed(/^listening on (http:\/\/127\.0\.0\.1:\d+)$/m);
  return { cli, url, port: Number(new URL(url).port) };
}

async function told(cli: CliProcess, line: string, times = 1): Promise<void> {
  await vi.waitUntil(() => cli.stderr.split(line).length > times, patiently);
}

/** The processes that have been told of under a number, in order. */
function pids(cli: CliProcess, worker: number): number[] {
  const lines = cli.stderr.matchAll(new RegExp(`^worker ${worker} serves, pid (\\d+)$`, 'gm'));
  return [...lines].map(([, pid]) => Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('workers share a port, take another configuration together, and drain together', async () => {
  await using a = await namedEndpoint('a');
  await using b = await namedEndpoint('b');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  const { cli, port } = await started(file.path);
  await using _cli = cli;
  const load = keepAliveLoad(port, { clients: 16, pauseMs: 40 });
  await load.reached(100);
  replace(file.path, config(b.port));
  await told(cli, `reloaded ${file.path}: cluster api changed\n`);
  const before = a.count;
  await load.reached(load.answered + 100);
  expect(a.count - before).toBeLessThanOrEqual(16);
  replace(file.path, config(b.port).replace('cluster: api', 'cluster: apo'));
  await told(cli, 'reload refused: the configuration in use stays\n');
  cli.child.kill('SIGHUP');
  await told(cli, 'reload refused: the configuration in use stays\n', 2);
  await load.reached(load.answered + 50);
  cli.child.kill('SIGTERM');
  await load.refused;
  expect(await cli.exited).toBe(0);
  expect([load.lost, load.statuses]).toEqual([0, { 200: load.answered }]);
  expect(cli.stdout).toBe(`listening on http://127.0.0.1:${port}\n`);
  expect(cli.stderr).toMatch(/\nstopping: 2 workers\nstopped\n$/);
  for (const worker of [1, 2]) expect(pids(cli, worker).map(isRunning)).toEqual([false]);
});

it('a worker that is killed costs what it had open, and another one takes its place on the same port', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  const { cli, port } = await started(file.path);
  await using _cli = cli;
  const clients = 16;
  const load = keepAliveLoad(port, { clients, pauseMs: 10 });
  await load.reached(200);
  process.kill(pids(cli, 1)[0]!, 'SIGKILL');
  await told(cli, 'worker 1 ended (SIGKILL), another one starts\n');
  await vi.waitUntil(() => pids(cli, 1).length === 2, patiently);
  const { lost } = load;
  // Workers accept by themselves, so one may have had them all; but none loses more than what it was waiting for.
  expect(lost).toBeLessThanOrEqual(clients);
  await load.reached(load.answered + 200);
  process.kill(pids(cli, 2)[0]!, 'SIGKILL');
  await vi.waitUntil(() => pids(cli, 2).length === 2, patiently);
  await load.reached(load.answered + 200);
  expect(load.lost - lost).toBeLessThanOrEqual(clients);
  expect(load.statuses).toEqual({ 200: load.answered });
  await load.stop();
});

it('a worker that was started in between has the newest configuration, and there are as many as it says', async () => {
  await using a = await namedEndpoint('a');
  await using b = await namedEndpoint('b');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  replace(file.path, config(b.port, 'workers: 3'));
  await told(cli, 'cluster api changed, workers changed\n');
  await vi.waitUntil(() => pids(cli, 3).length === 1, patiently);
  process.kill(pids(cli, 1)[0]!, 'SIGKILL');
  await vi.waitUntil(() => pids(cli, 1).length === 2, patiently);
  for (let i = 0; i < 12; i++) {
    const response = await fetch(url, { headers: { connection: 'close' } });
    expect(await response.text()).toBe('b');
  }
  expect(a.count).toBe(0);
  replace(file.path, config(b.port, 'workers: 1'));
  await told(cli, 'workers changed\n', 2);
  await vi.waitUntil(() => [2, 3].every((worker) => !pids(cli, worker).some(isRunning)), patiently);
  expect(await (await fetch(url)).text()).toBe('b');
  replace(file.path, config(b.port, ''));
  await told(cli, 'reload refused: workers cannot be turned on or off while it runs; the configuration');
});

it('a listener that one worker cannot bind refuses the reload for all', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const more = config(a.port).replace(' }]\n', ` }, { port: ${port}, host: 127.0.0.1 }]\n`);
  replace(file.path, more);
  await told(cli, `reload refused: cannot listen on 127.0.0.1:${port}: the port is in use (EADDRINUSE); `);
  taken.close();
  await once(taken, 'close');
  cli.child.kill('SIGHUP');
  await told(cli, `listener 127.0.0.1:${port} added\n`);
  await cli.printed(new RegExp(`^listening on http://127\\.0\\.0\\.1:${port}$`, 'm'));
  expect(cli.stdout.split('\n')).toEqual([
    `listening on ${url}`,
    `listening on http://127.0.0.1:${port}`,
    '',
  ]);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('a');
});

it('the first process answers for all workers, and hands on what an operator does', async () => {
  await using a = await namedEndpoint('a');
  const text = config(a.port, 'workers: 2\nadmin: { port: 0 }');
  await using file = await temporaryFile('evenkeel.yaml', text);
  const { cli, port, url } = await started(file.path);
  await using _cli = cli;
  const [, admin = ''] = await cli.printed(/^admin on (\S+)$/m);
  const load = keepAliveLoad(port, { clients: 16, pauseMs: 10 });
  await load.reached(200);
  await load.stop();
  expect((await fetch(`${admin}/ready`)).status).toBe(200);
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  const counted = [...metrics.matchAll(/^evenkeel_requests_total\{.*\} (\d+)$/gm)].map(([, n]) => Number(n));
  expect(counted.reduce((sum, n) => sum + n, 0)).toBe(load.answered);
  const drained = await fetch(`${admin}/clusters/api/endpoints/127.0.0.1:${a.port}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"drained":true}',
  });
  expect(drained.status).toBe(200);
  for (let i = 0; i < 12; i++) {
    const response = await fetch(url, { headers: { connection: 'close' } });
    expect(response.status).toBe(503);
  }
  process.kill(pids(cli, 2)[0]!, 'SIGSTOP');
  expect((await fetch(`${admin}/clusters/api`)).status).toBe(200);
  process.kill(pids(cli, 2)[0]!, 'SIGCONT');
  replace(file.path, text.replace('port: 0 }\n', 'port: 1 }\n'));
  await told(cli, 'reload refused: admin cannot change while it runs; the configuration in use stays\n');
});

it('exits 1 when a port is in use at the start', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile(
    'evenkeel.yaml',
    config(a.port).replace('port: 0', `port: ${a.port}`),
  );
  await using cli = runCli('run', '-c', file.path);
  expect(await cli.exited).toBe(1);
  expect(cli.stderr).toContain(`\ncannot listen on 127.0.0.1:${a.port}: the port is in use (EADDRINUSE)\n`);
  expect(cli.stdout).toBe('');
});

it('a worker that hangs is killed after the grace', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile(
    'evenkeel.yaml',
    config(a.port, 'workers: 2\nshutdown: { graceMs: 100 }'),
  );
  const { cli } = await started(file.path);
  await using _cli = cli;
  process.kill(pids(cli, 2)[0]!, 'SIGSTOP');
  cli.child.kill('SIGTERM');
  expect(await cli.exited).toBe(1);
  expect(cli.stderr).toMatch(/\nstopping: 2 workers\nworker 2 did not end in time and is killed\nstopped\n$/);
});

it('no worker outlives the process that started it', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const held = fetch(`${url}/held`);
  await vi.waitUntil(() => a.held === 1);
  const all = [...pids(cli, 1), ...pids(cli, 2)];
  expect(all).toHaveLength(2);
  cli.child.kill('SIGKILL');
  await vi.waitUntil(() => all.filter(isRunning).length === 1, patiently);
  a.release();
  expect(await (await held).text()).toBe('a');
  await vi.waitUntil(() => !all.some(isRunning), patiently);
});

it('every worker writes to the one access log, and opens it anew when the first process is told to', async () => {
  await using endpoint = await namedEndpoint('a');
  await using file = await temporaryFile(
    'evenkeel.yaml',
    config(
      endpoint.port,
      'workers: 2\nlog: { format: json }\naccessLog: { to: { path: access.log }, format: "%{target}" }',
    ),
  );
  const log = file.path.replace('evenkeel.yaml', 'access.log');
  const lines = (path: string): string[] =>
    existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  const { cli, url } = await started(file.path);
  await using _cli = cli;
  const get = (path: string) => fetch(`${url}${path}`, { headers: { connection: 'close' } });
  for (let i = 0; i < 20; i++) await (await get(`/before/${i}`)).text();
  await vi.waitUntil(() => lines(log).length === 20, patiently);
  renameSync(log, `${log}.1`);
  cli.child.kill('SIGUSR2');
  await vi.waitUntil(() => existsSync(log), patiently);
  for (let i = 0; i < 20; i++) await (await get(`/after/${i}`)).text();
  await vi.waitUntil(() => lines(log).length + lines(`${log}.1`).length === 40, patiently);
  expect(lines(log).filter((line) => line.startsWith('/after/')).length).toBeGreaterThan(0);
  cli.child.kill('SIGTERM');
  expect(await cli.exited).toBe(0);
  // What workers themselves say is JSON as well.
  for (const line of cli.stderr.trim().split('\n')) expect(line).toMatch(/^\{"level":/);
});

it('SIGTERM ends a reload that waits in the workers', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  const { cli } = await started(file.path);
  await using _cli = cli;
  const waiting = config(a.port, 'workers: 2\nreload: { readyTimeoutMs: 600000 }');
  replace(file.path, waiting.replace(/static: \[.*?\]/, 'file: none.yaml'));
  await told(cli, 'warning: clusters.api.discovery.file');
  cli.child.kill('SIGTERM');
  expect(await cli.exited).toBe(0);
  expect(cli.stderr).toMatch(/\nstopping: 2 workers\nstopped\n$/);
});
