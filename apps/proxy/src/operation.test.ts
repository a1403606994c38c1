import { once } from 'node:events';
import { readFile, rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { parseExposition } from '@evenkeel/telemetry/testing';
import { expect, it, vi } from 'vitest';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

const TOKEN = 'a-token-of-some-length';

/** An endpoint that says its name. */
async function endpoint(name: string) {
  const server = createServer((_request, response) => response.end(name)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    id: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The program with an admin API. */
async function start(ids: readonly string[], rest: string, env: Record<string, string> = {}) {
  const file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: [${ids.map((id) => `"${id}"`).join(', ')}] }, strategy: round-robin } }
routes: [{ cluster: api, name: all }]
${rest}
`,
  );
  Object.assign(process.env, env);
  const cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(/^listening on (\S+)$/m);
  const [, admin = ''] = rest.includes('admin:') ? await cli.printed(/^admin on (\S+)$/m) : [];
  return {
    cli,
    folder: dirname(file.path),
    url,
    admin,
    names: async (count: number) => {
      const names = new Set<string>();
      for (let i = 0; i < count; i++) names.add(await (await fetch(url)).text());
      return [...names].toSorted();
    },
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

const patch = (url: string, body: unknown) =>
  fetch(url, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('drains an endpoint through the admin API, and its traffic stops until it is taken back', async () => {
  using a = await endpoint('a');
  using b = await endpoint('b');
  await using proxy = await start([a.id, b.id], 'admin: { port: 0 }');
  expect(proxy.admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await proxy.names(6)).toEqual(['a', 'b']);
  const one = `${proxy.admin}/clusters/api/endpoints/${a.id}`;
  expect(await (await patch(one, { drained: true })).json()).toMatchObject({ id: a.id, state: 'draining' });
  expect(await proxy.names(6)).toEqual(['b']);
  await patch(one, { drained: false });
  expect(await proxy.names(6)).toEqual(['a', 'b']);
});

it('is scraped by Prometheus', async () => {
  using a = await endpoint('a');
  await using proxy = await start([a.id], 'admin: { port: 0 }\nmetrics: { perEndpoint: true, prefix: lb_ }');
  await proxy.names(3);
  const response = await fetch(`${proxy.admin}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const page = parseExposition(await response.text());
  expect(page.get('lb_requests_total')?.samples).toEqual([
    { name: 'lb_requests_total', labels: { route: 'all', cluster: 'api', code: '2xx' }, value: 3 },
  ]);
  expect(page.get('lb_endpoint_in_flight')?.samples).toMatchObject([{ labels: { endpoint: a.id } }]);
  expect(page.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
});

it('shows its configuration with variables as they are written, and lets nobody in without the token', async () => {
  using a = await endpoint('a');
  const rest = 'admin: { port: 0, host: 0.0.0.0, token: "${OPERATION_TEST_TOKEN}" }\nmetrics: false';
  await using proxy = await start([a.id], rest, { OPERATION_TEST_TOKEN: TOKEN });
  const base = proxy.admin.replace('0.0.0.0', '127.0.0.1');
  for (const path of ['/', '/config', '/clusters', '/metrics']) {
    expect((await fetch(`${base}${path}`)).status).toBe(401);
    expect((await fetch(`${base}${path}`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  }
  const authorization = `Bearer ${TOKEN}`;
  const text = await (await fetch(`${base}/config`, { headers: { authorization } })).text();
  expect(text).not.toContain(TOKEN);
  expect(JSON.parse(text)).toMatchObject({ admin: { token: '***' }, routes: [{ cluster: 'api' }] });
  expect((await fetch(`${base}/metrics`, { headers: { authorization } })).status).toBe(404);
  expect((await fetch(`${base}/health`)).status).toBe(200);
});

it('is not ready while it drains, and answers until the end', async () => {
  const slow = createServer((_request, response) => response.write('begun')).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const id = `127.0.0.1:${(slow.address() as AddressInfo).port}`;
  await using proxy = await start([id], 'admin: { port: 0 }\nshutdown: { graceMs: 20000 }');
  const ready = async () => (await fetch(`${proxy.admin}/ready`)).status;
  expect(await ready()).toBe(200);
  const response = await fetch(proxy.url);
  const reader = response.body?.getReader();
  await reader?.read();
  proxy.cli.child.kill('SIGTERM');
  await vi.waitUntil(async () => (await ready()) === 503, { timeout: 5_000, interval: 5 });
  const workers = await (await fetch(`${proxy.admin}/workers`)).json();
  expect(workers).toMatchObject({ workers: [{ draining: true, active: 1 }] });
  slow.closeAllConnections();
  slow.close();
  await reader?.read().catch(() => {});
  expect(await proxy.cli.exited).toBe(0);
  await expect(ready()).rejects.toThrow('fetch failed');
});

it('logs each exchange with the reason of its failure and of each retry, into a file that may be rotated', async () => {
  using a = await endpoint('a');
  const rest = `
accessLog: { to: { path: access.log }, fields: [method, target, status, reason, attemptLog] }
log: { format: json }`;
  await using proxy = await start(['127.0.0.1:1', a.id], rest);
  const path = join(proxy.folder, 'access.log');
  const lines = async (file = path): Promise<object[]> =>
    (await readFile(file, 'utf8').catch(() => ''))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  for (const target of ['/1', '/2']) await (await fetch(`${proxy.url}${target}`)).text();
  await vi.waitUntil(async () => (await lines()).length === 2, { timeout: 5_000 });
  const logged = await lines();
  expect(logged).toMatchObject([
    { method: 'GET', target: '/1', status: 200 },
    { method: 'GET', target: '/2', status: 200 },
  ]);
  const retried = [
    { endpoint: '127.0.0.1:1', kind: 'first', outcome: 'failure', reason: 'upstream-unreachable' },
    { endpoint: a.id, kind: 'retry', outcome: 'success', status: 200 },
  ];
  expect(logged).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ attemptLog: retried.map((one) => expect.objectContaining(one)) }),
    ]),
  );

  await rename(path, `${path}.1`);
  proxy.cli.child.kill('SIGUSR2');
  await vi.waitUntil(() => readFile(path).catch(() => undefined), { timeout: 5_000 });
  await (await fetch(`${proxy.url}/3`)).text();
  proxy.cli.child.kill('SIGTERM');
  expect(await proxy.cli.exited).toBe(0);
  // What was under way is written before the end.
  expect(await lines()).toMatchObject([{ target: '/3' }]);
  const said = proxy.cli.stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(said.at(-1)).toMatchObject({ level: 'info', msg: 'stopped' });
});

it('logs to stdout by a template', async () => {
  using a = await endpoint('a');
  await using proxy = await start(
    [a.id],
    `accessLog: { to: stdout, format: '%{remoteAddress} "%{method} %{target}" %{status}' }`,
  );
  await (await fetch(`${proxy.url}/x`)).text();
  await proxy.cli.printed(/^127\.0\.0\.1 "GET \/x" 200$/m);
});

it('says that its log cannot be opened, and does not start', async () => {
  await using file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: ["127.0.0.1:1"] } } }
routes: [{ cluster: api }]
accessLog: { to: { path: nowhere/access.log } }
`,
  );
  await using cli = runCli('run', '-c', file.path);
  expect(await cli.exited).toBe(1);
  expect(cli.stderr.split('\n').at(-2)).toMatch(/^the access log cannot be opened: ENOENT/);
});

it('says that the port of the admin API is in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await using file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: ["127.0.0.1:1"] } } }
routes: [{ cluster: api }]
admin: { port: ${port} }
`,
  );
  await using cli = runCli('run', '-c', file.path);
  expect(await cli.exited).toBe(1);
  expect(cli.stderr).toContain(`cannot listen on 127.0.0.1:${port}: the port is in use (EADDRINUSE)`);
  expect(cli.stdout).toBe('');
  taken.close();
});
