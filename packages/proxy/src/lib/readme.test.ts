import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import * as core from '@evenkeel/core';
import * as strategies from '@evenkeel/strategies';
import { expect, it } from 'vitest';
import * as proxyPackage from '../index.ts';
import { rawUpstream } from './testing/raw-upstream.ts';

const modules = { ...core, ...strategies, ...proxyPackage, createServer: http.createServer };

/** The examples of a document, in order, without their imports. */
function examplesOf(document: string): string[] {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) =>
    code.replaceAll(/^import .*\n/gm, ''),
  );
}

/** Runs code with the names that its imports would bring in, and returns what it declared. */
async function execute(code: string, scope: Record<string, unknown>, names: readonly string[]) {
  const body = `${code}\nreturn { ${names.join(', ')} };`;
  const make = Object.getPrototypeOf(async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<Record<string, unknown>>;
  return new make(...Object.keys(scope), body)(...Object.values(scope));
}

it('the examples run', async () => {
  const [usage = '', stop = '', embed = '', routes = '', events = ''] = examplesOf('README.md');
  const [middleware = '', update = ''] = examplesOf('GUIDE.md');
  await using upstream = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  const adapted = usage
    .replaceAll(/900[12]/g, String(upstream.port))
    .replace('8080', '0')
    .replace(/, '127\.0\.0\.1:\d+'\]/, ']');
  const started = await execute(adapted, modules, ['api', 'proxy', 'port']);
  const { proxy, port } = started as { proxy: proxyPackage.ReverseProxy; port: number };
  const lines: string[] = [];
  await execute(events, { proxy, console: { log: (line: string) => lines.push(line) } }, []);
  expect(await (await fetch(`http://127.0.0.1:${port}/x`)).text()).toBe('ok');
  expect(lines[0]).toMatch(/^GET \/x 200 {2}by 127\.0\.0\.1:\d+ in 1, \d+\.\d ms$/);

  const { server } = (await execute(embed, { ...modules, proxy }, ['server'])) as { server: http.Server };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await (await fetch(`${base}/mine`)).text()).toBe('my own answer');
  expect(await (await fetch(`${base}/other`)).text()).toBe('ok');
  server.close();
  server.closeAllConnections();

  const list = (await execute(routes, {}, ['routes'])).routes as proxyPackage.RouteOptions[];
  const { api } = started as { api: core.Cluster };
  const routed = proxyPackage.createProxy({ routes: list, clusters: { api, web: api, next: api } });
  await routed.close();
  const { noRobots } = await execute(stripTypeScriptTypes(middleware), {}, ['noRobots']);
  const own = proxyPackage.createProxy({
    routes: [{ cluster: 'api', middleware: [noRobots as proxyPackage.Middleware] }],
    clusters: [api],
  });
  const where = await own.listen({ port: 0, host: '127.0.0.1' });
  const statusOf = async (agent: string) =>
    (await fetch(`http://127.0.0.1:${where.port}/`, { headers: { 'user-agent': agent } })).status;
  expect([await statusOf('ABot/1.0'), await statusOf('Firefox')]).toEqual([403, 200]);
  expect(upstream.connections.at(-1)?.received).toContain('x-client: 127.0.0.1');
  await own.close();
  await execute(update, started, []);
  expect((await fetch(`http://127.0.0.1:${port}/x`)).status).toBe(404);
  await execute(stop.replace('5_000', '0'), started, []);
});
