import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { check } from './lib/commands/check.ts';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

async function listening(server: Server): Promise<{ port: number } & Disposable> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

const LINE = 'PROXY TCP4 192.0.2.7 198.51.100.1 5555 80\r\n';

it('balances TCP connections without any route, and drains them on SIGTERM', async () => {
  using endpoint = await listening(
    createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket)),
  );
  await using file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners:
  - { port: 0, host: 127.0.0.1, tcp: { cluster: db }, proxyProtocol: { from: [127.0.0.1] } }
clusters:
  db: { discovery: { static: ["127.0.0.1:${endpoint.port}"] }, strategy: ring-hash, proxyProtocol: v1 }
admin: { port: 0 }
`,
  );
  await using cli = runCli('run', '--config', file.path);
  const [, admin = ''] = await cli.printed(/^admin on (\S+)$/m);
  const [, port = ''] = await cli.printed(/^listening on tcp:\/\/127\.0\.0\.1:(\d+)$/m);
  const client = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  client.on('data', (chunk) => {
    heard += String(chunk);
  });
  client.write(`${LINE}hello`);
  await vi.waitUntil(() => heard.includes('hello'));
  expect(heard).toBe(`${LINE}hello`);
  expect(await (await fetch(`${admin}/listeners`)).json()).toEqual({
    listeners: [{ address: '127.0.0.1', port: Number(port), connections: 1 }],
  });
  cli.child.kill('SIGTERM');
  await vi.waitUntil(() => cli.stderr.includes('stopping: 1 open'));
  client.end(' and goodbye');
  await once(client, 'end');
  expect(heard).toBe(`${LINE}hello and goodbye`);
  expect(await cli.exited).toBe(0);
  // A hash strategy goes by the client's address here, without a hashKey.
  expect(cli.stderr).not.toContain('warning:');
});

it('takes PROXY headers for HTTP, and tells upstreams of hops and ids as it is asked to', async () => {
  const seen: Record<string, unknown>[] = [];
  const server = createHttpServer((request, response) => {
    seen.push(request.headers);
    response.end('ok');
  });
  using endpoint = await listening(server);
  await using file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1, proxyProtocol: { from: [127.0.0.1] } }]
clusters: { api: { discovery: { static: ["127.0.0.1:${endpoint.port}"] } } }
routes: [{ cluster: api }]
trustedProxies: [192.0.2.0/24]
forwarded: { fields: [x-real-ip, forwarded], by: _edge }
requestId: { header: x-trace, respond: true }
`,
  );
  await using cli = runCli('run', '--config', file.path);
  const [, port = ''] = await cli.printed(/^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
  const client = connect(Number(port), '127.0.0.1');
  client.write(
    `${LINE}GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n`,
  );
  let answer = '';
  client.on('data', (chunk) => {
    answer += String(chunk);
  });
  await once(client, 'end');
  expect(seen[0]).toMatchObject({
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9, for=192.0.2.7;by=_edge;host=h;proto=http',
  });
  expect(answer).toContain(`\r\nx-trace: ${String(seen[0]?.['x-trace'])}\r\n`);
  server.closeAllConnections();
});

const CLUSTERS = 'clusters: { db: { discovery: { static: ["127.0.0.1:1"] } } }\n';
it.each([
  ['tcp: { cluster: dbb }', 'listeners[0].tcp.cluster: there is no cluster "dbb", did you mean "db"?'],
  ['tcp: { serverNames: { a.test: x } }', 'listeners[0].tcp.serverNames["a.test"]: there is no cluster "x"'],
  ['tcp: {}', 'listeners[0].tcp: got an empty object, expected a cluster, or serverNames'],
  [
    'tcp: { cluster: db, idleTimeout: 1 }',
    'listeners[0].tcp.idleTimeout: unknown key, did you mean "idleTimeoutMs"?',
  ],
  [
    'tcp: { cluster: db, retry: { backoffBaseMs: 9, backoffMaxMs: 5 } }',
    'listeners[0].tcp.retry.backoffMaxMs: got 5',
  ],
  ['tcp: { cluster: db }, protocols: [h2c]', 'expected tcp without tls and protocols'],
  ['proxyProtocol: { from: [x] }', 'listeners[0].proxyProtocol.from[0]: got "x", expected an IP address'],
  ['proxyProtocol: {}', 'listeners[0].proxyProtocol.from: missing, expected a list'],
  ['tcp: false', 'listeners[0].tcp: got false, expected an object'],
])('names what is wrong with { %s }', async (listener, message) => {
  const text = `listeners: [{ port: 1, ${listener} }]\n${CLUSTERS}routes: [{ cluster: db }]\n`;
  await using file = await temporaryFile('evenkeel.yaml', text);
  await expect(check(file.path)).rejects.toThrow(message);
});

it.each([
  ['', 'routes: missing, expected a list of routes, at least 1'],
  ['routes: []', 'routes: got an empty list, expected a list of routes, at least 1'],
  [
    'routes: [{ cluster: db }]\nforwarded: { by: edge }',
    'forwarded.by: got "edge", expected a name such as "_edge"',
  ],
  [
    'routes: [{ cluster: db }]\nforwarded: { fields: [via] }',
    'forwarded.fields[0]: got "via", expected one of',
  ],
  [
    'routes: [{ cluster: db }]\nrequestId: { header: "a b" }',
    'requestId.header: got "a b", expected a name as HTTP has them',
  ],
  [
    'routes: [{ cluster: db }]\nrequestId:\n  header: Content-Length',
    ':5:11: requestId.header: got "Content-Length", expected a name of a field such as "x-user"',
  ],
  [
    'routes: [{ cluster: db }]\nclientCertificateHeader: host',
    ':4:26: clientCertificateHeader: got "host", expected a name of a field such as "x-user"',
  ],
  [
    'routes: [{ cluster: db }]\nclient: { deadlineHeader: Host }',
    ':4:27: client.deadlineHeader: got "Host", expected the name of a header such as "x-timeout-ms"',
  ],
  [
    'routes: [{ cluster: db }]\ntrustedHops: 1\ntrustedProxies: ["::1"]',
    'trustedHops: got 1, expected nothing',
  ],
])('names what is wrong with %j', async (rest, message) => {
  await using file = await temporaryFile('evenkeel.yaml', `listeners: [{ port: 1 }]\n${CLUSTERS}${rest}\n`);
  await expect(check(file.path)).rejects.toThrow(message);
});

it('tells endpoints of HTTP of clients, and in health checks of itself', async () => {
  const lines: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const [line = ''] = String(chunk).split('\r\n', 1);
      if (line.startsWith('PROXY ')) lines.push(line);
      if (String(chunk).includes('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  using endpoint = await listening(server);
  await using file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters:
  api:
    discovery: { static: ["127.0.0.1:${endpoint.port}"] }
    healthCheck: { http: { path: /healthz } }
    proxyProtocol: v1
routes: [{ cluster: api }]
`,
  );
  await using cli = runCli('run', '--config', file.path);
  const [, port = ''] = await cli.printed(/^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
  await vi.waitUntil(() => lines.includes('PROXY UNKNOWN'));
  const client = connect(Number(port), '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await once(client, 'data');
  expect(lines).toContain(`PROXY TCP4 127.0.0.1 127.0.0.1 ${client.localPort} ${port}`);
  client.destroy();
});

it('a reload takes TCP listeners along: other endpoints for new connections, while open ones go on', async () => {
  const named = (name: string) => createServer((socket) => void socket.on('data', () => socket.write(name)));
  using first = await listening(named('a'));
  using second = await listening(named('b'));
  const config = (port: number, more = '') => `
listeners: [{ port: 0, host: 127.0.0.1, tcp: { cluster: db } }${more}]
clusters: { db: { discovery: { static: ["127.0.0.1:${port}"] } } }
`;
  await using file = await temporaryFile('evenkeel.yaml', config(first.port));
  await using cli = runCli('run', '--config', file.path);
  const [, port = ''] = await cli.printed(/^listening on tcp:\/\/127\.0\.0\.1:(\d+)$/m);
  const ask = async (client: Socket): Promise<string> => {
    client.write('x');
    return String((await once(client, 'data'))[0]);
  };
  const old = connect(Number(port), '127.0.0.1');
  expect(await ask(old)).toBe('a');
  await writeFile(file.path, config(second.port));
  await vi.waitUntil(() => cli.stderr.includes('cluster db changed'));
  const next = connect(Number(port), '127.0.0.1');
  expect([await ask(next), await ask(old)]).toEqual(['b', 'a']);
  await writeFile(file.path, config(second.port, ', { port: 0, host: 127.0.0.2, tcp: { cluster: db } }'));
  const [, other = ''] = await cli.printed(/^listening on tcp:\/\/127\.0\.0\.2:(\d+)$/m);
  const third = connect(Number(other), '127.0.0.2');
  expect([await ask(third), await ask(next)]).toEqual(['b', 'b']);
  for (const client of [old, next, third]) client.destroy();
  cli.child.kill('SIGTERM');
  expect(await cli.exited).toBe(0);
});
