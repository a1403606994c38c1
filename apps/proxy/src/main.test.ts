import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { dirname, join } from 'node:path';
import { keepAliveLoad } from '@evenkeel/services';
import { expect, it, vi } from 'vitest';
import { namedEndpoint } from './lib/testing/named-endpoint.ts';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

/** An endpoint that says its name. */
async function endpoint(name: string): Promise<{ readonly port: number; kill(): void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(name));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kill = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port, kill };
}

const config = (...ports: number[]) => `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters:
  api:
    discovery: { static: [${ports.map((port) => `"127.0.0.1:${port}"`).join(', ')}] }
    strategy: p2c
    healthCheck: { http: { path: /healthz } }
routes: [{ match: { host: "*", path: / }, cluster: api }]
`;

const LISTENING = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m;

it('proxies to healthy endpoints, and goes on without a failed request when one dies', async () => {
  const [a, b] = [await endpoint('a'), await endpoint('b')];
  await using file = await temporaryFile('evenkeel.yaml', config(a.port, b.port));
  await using cli = runCli('run', '--config', file.path);
  const [, url = ''] = await cli.printed(LISTENING);
  const get = async () => {
    const response = await fetch(`${url}/x`);
    return `${response.status} ${await response.text()}`;
  };
  const before = new Set<string>();
  for (let i = 0; i < 50; i++) before.add(await get());
  expect([...before].sort()).toEqual(['200 a', '200 b']);
  const posted = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) });
  expect(posted.status).toBe(200);
  a.kill();
  for (let i = 0; i < 50; i++) expect(await get()).toBe('200 b');
  b.kill();
  const down = await fetch(url);
  expect([502, 503]).toContain(down.status);
  expect(down.headers.get('x-evenkeel-reason')).toMatch(
    /^(upstream-unreachable|upstream-reset|no-endpoints)$/,
  );
});

it('drains on SIGTERM: what is open is answered, nothing new is accepted, and it exits 0', async () => {
  await using a = await namedEndpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  await using cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(LISTENING);
  const held = fetch(`${url}/held`);
  await vi.waitUntil(() => a.held === 1);
  cli.child.kill('SIGTERM');
  await vi.waitUntil(() =>
    fetch(url).then(
      () => false,
      () => true,
    ),
  );
  a.release();
  const response = await held;
  expect(await response.text()).toBe('a');
  expect(response.headers.get('connection')).toBe('close');
  expect(await cli.exited).toBe(0);
  expect(cli.stderr).toMatch(/\nstopped\n$/);
});

it.each([1, 2, 3])('loses no request of clients in full flow when told to stop (run %i)', async () => {
  const a = await endpoint('a');
  await using file = await temporaryFile('evenkeel.yaml', config(a.port));
  await using cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(LISTENING);
  const load = keepAliveLoad(Number(new URL(url).port), { clients: 32, pauseMs: 60 });
  await load.reached(200);
  cli.child.kill('SIGTERM');
  await load.refused;
  expect(await cli.exited).toBe(0);
  expect([load.lost, load.statuses]).toEqual([0, { 200: load.answered }]);
  a.kill();
});

it('stops at once on the second signal', async () => {
  const hanging = createTcpServer(() => {});
  hanging.listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  await using file = await temporaryFile('evenkeel.yaml', config(port).replace(/ {4}healthCheck.*\n/, ''));
  await using cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(LISTENING);
  const connected = once(hanging, 'connection');
  const pending = fetch(url).catch((error: unknown) => error);
  await connected;
  cli.child.kill('SIGTERM');
  await vi.waitUntil(() => cli.stderr.includes('stopping: 1 open'));
  cli.child.kill('SIGINT');
  expect(await cli.exited).toBe(1);
  expect(await pending).toBeInstanceOf(Error);
  hanging.close();
});

it('exits 1 when a port is in use, with nothing left listening', async () => {
  const a = await endpoint('a');
  const text = config(a.port).replace(
    'listeners: [',
    `listeners: [{ port: 0, host: 127.0.0.1 }, { port: ${a.port}, host: 127.0.0.1 }, `,
  );
  await using file = await temporaryFile('evenkeel.yaml', text);
  await using cli = runCli('run', '-c', file.path);
  expect(await cli.exited).toBe(1);
  expect(cli.stderr).toContain(`cannot listen on 127.0.0.1:${a.port}: the port is in use (EADDRINUSE)\n`);
  expect(cli.stdout).toBe('');
  a.kill();
});

it.each(['run', 'check'])('%s exits 2 with every error of a bad configuration', async (command) => {
  const text = config(1).replace('port: 0', 'port: x').replace('cluster: api', 'cluster: apo');
  await using file = await temporaryFile('bad.yaml', text);
  await using cli = runCli(command, '--config', file.path);
  expect(await cli.exited).toBe(2);
  expect(cli.stdout).toBe('');
  expect(cli.stderr).toBe(
    `${file.path}:2:21: listeners[0].port: got "x", expected an integer from 0 to 65535\n` +
      `${file.path}:8:52: routes[0].cluster: there is no cluster "apo", did you mean "api"? expected one of "api"\n`,
  );
});

it('checks a good configuration without starting anything', async () => {
  await using file = await temporaryFile('good.yaml', config(1));
  await using cli = runCli('check', '--config', file.path);
  expect(await cli.exited).toBe(0);
  expect(cli.stdout).toBe(`${file.path} is valid: 1 listener, 1 cluster, 1 route\n`);
  expect(cli.stderr).toBe('');
});

it('checks that the access log can be opened, beside all else, and makes no file', async () => {
  const log = (path: string) => `accessLog: { to: { path: ${path} } }\n`;
  await using bad = await temporaryFile(
    'bad.yaml',
    `${config(1)}${log('nowhere/access.log')}maxHeaders: 0\n`,
  );
  await using cli = runCli('check', '--config', bad.path);
  expect(await cli.exited).toBe(2);
  expect(cli.stderr).toBe(
    `${bad.path}:9:26: accessLog.to.path: got "nowhere/access.log", expected a file that can be written: ` +
      `ENOENT: there is no folder ${join(dirname(bad.path), 'nowhere')}\n` +
      `${bad.path}:10:13: maxHeaders: got 0, expected an integer of at least 1\n`,
  );
  await using good = await temporaryFile('good.yaml', `${config(1)}${log('access.log')}`);
  await using checked = runCli('check', '--config', good.path);
  expect(await checked.exited).toBe(0);
  expect(await readdir(dirname(good.path))).toEqual(['good.yaml']);
});

it('checks a file of register as well', async () => {
  const text = 'register: { redis: { url: "redis://a", service: s }, address: "10.0.0.7:80" }';
  await using file = await temporaryFile('register.yaml', text);
  await using cli = runCli('check', '--config', file.path);
  expect(await cli.exited).toBe(0);
  expect(cli.stdout).toBe(`${file.path} is valid: registers 10.0.0.7:80 in redis\n`);
  await using bad = await temporaryFile('register.yaml', text.replace(':80', ''));
  await using refused = runCli('check', '--config', bad.path);
  expect(await refused.exited).toBe(2);
  expect(refused.stderr).toContain('register.address: got "10.0.0.7", expected "host:port"');
});

it('warns of what is allowed and probably not meant', async () => {
  const text = config(1)
    .replace('static:', 'merge: [{ file: none.yaml }, { static:')
    .replace('] }\n    strategy: p2c', '] }] }\n    strategy: { sticky: { fallback: reported-load } }');
  await using file = await temporaryFile('odd.yaml', text);
  await using cli = runCli('check', '--config', file.path);
  expect(await cli.exited).toBe(0);
  expect(cli.stdout).toContain('is valid');
  const none = join(dirname(file.path), 'none.yaml');
  expect(cli.stderr.split('\n')).toEqual([
    `${file.path}:5:34: warning: clusters.api.discovery.merge[0].file: there is no file ${none}`,
    expect.stringMatching(/:6:15: warning: clusters\.api\.strategy: sticky without a hashKey/),
    expect.stringMatching(/:6:15: warning: clusters\.api\.strategy: reported-load without loadReports: true/),
    '',
  ]);
});

it('tells in one line what is wrong with a file of endpoints', async () => {
  const text = config()
    .replace(/static: \[\]/, 'file: endpoints.yaml')
    .replace(/ {4}healthCheck.*\n/, '');
  await using file = await temporaryFile('evenkeel.yaml', text);
  const endpoints = join(dirname(file.path), 'endpoints.yaml');
  await writeFile(endpoints, '- { adress: x }\n');
  await using cli = runCli('run', '-c', file.path);
  await vi.waitUntil(() => cli.stderr.includes('next try'), { timeout: 15_000 });
  expect(cli.stderr).toContain(
    `cluster api: discovery failed (${endpoints}: line 1, column 3: [0].address: missing, expected "host:port" with a port`,
  );
  expect(cli.stderr).toContain(
    'line 1, column 5: [0].adress: unknown key, did you mean "address"? expected address',
  );
  for (const line of cli.stderr.trim().split('\n'))
    expect(line).toMatch(/^(starting|cluster api:|\/.*: warning:) /);
});

it('reads endpoints from a file beside the configuration, and follows its changes', async () => {
  const [a, b] = [await endpoint('a'), await endpoint('b')];
  const text = config()
    .replace(/static: \[\]/, 'file: endpoints.yaml')
    .replace(/ {4}healthCheck.*\n/, '');
  await using file = await temporaryFile('evenkeel.yaml', text);
  const endpoints = join(dirname(file.path), 'endpoints.yaml');
  await writeFile(endpoints, `- 127.0.0.1:${a.port}\n`);
  await using cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(LISTENING);
  const ask = async () => (await fetch(url)).text();
  expect(await ask()).toBe('a');
  await writeFile(endpoints, `- address: 127.0.0.1:${b.port}\n  weight: 2\n`);
  await vi.waitUntil(async () => (await ask()) === 'b', { timeout: 15_000, interval: 50 });
  a.kill();
  b.kill();
});

it('goes on serving when nobody reads its output any more', async () => {
  const a = await endpoint('a');
  const text = config()
    .replace(/static: \[\]/, 'file: endpoints.yaml')
    .replace(/ {4}healthCheck.*\n/, '');
  await using file = await temporaryFile('evenkeel.yaml', text);
  const endpoints = join(dirname(file.path), 'endpoints.yaml');
  await writeFile(endpoints, '- 127.0.0.1:1\n');
  await using cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(LISTENING);
  cli.child.stdout?.destroy();
  cli.child.stderr?.destroy();
  await writeFile(endpoints, `- 127.0.0.1:${a.port}\n`);
  const ask = async () => (await fetch(url)).status;
  await vi.waitUntil(async () => (await ask()) === 200, { timeout: 15_000, interval: 50 });
  expect(await ask()).toBe(200);
  a.kill();
});
