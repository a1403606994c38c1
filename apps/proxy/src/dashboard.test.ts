import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JSDOM } from 'jsdom';
import { expect, it, vi } from 'vitest';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

const TOKEN = 'a-token-of-some-length';

/** The program with a cache, in front of one endpoint, after a miss and three hits. */
async function cached() {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end('<img src=x>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const id = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: ["${id}"] } } }
routes: [{ cluster: api, name: "<b>shop</b>", cache: { store: memory } }]
admin: { port: 0, token: ${TOKEN} }
`,
  );
  const cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(/^listening on (\S+)$/m);
  const [, admin = ''] = await cli.printed(/^admin on (\S+)$/m);
  for (let i = 0; i < 4; i++) await (await fetch(`${url}/x`)).text();
  return {
    id,
    admin,
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The page in a browser without a window. */
async function opened(url: string): Promise<JSDOM> {
  return JSDOM.fromURL(url, {
    runScripts: 'dangerously',
    beforeParse(window) {
      Object.assign(window, { fetch: (path: string, init?: RequestInit) => fetch(new URL(path, url), init) });
    },
  });
}

const rows = ({ window }: JSDOM, id: string): string[][] =>
  Array.from(window.document.querySelectorAll(`#${id} tr`), (row) =>
    Array.from(row.children, ({ textContent }) => textContent ?? ''),
  );

it('shows routes with the hits of their cache, and endpoints, to whoever has the token', async () => {
  await using program = await cached();
  const page = await opened(`${program.admin}/dashboard`);
  const { document, Event } = page.window;
  const byId = (id: string) => document.getElementById(id) as HTMLInputElement;
  await vi.waitUntil(() => byId('message').textContent === 'a token is needed');
  expect([byId('login').hidden, rows(page, 'routes')]).toEqual([false, []]);
  byId('token').value = TOKEN;
  byId('token').dispatchEvent(new Event('change'));
  await vi.waitUntil(() => rows(page, 'routes').length > 0);
  expect(rows(page, 'routes')).toEqual([
    ['route', 'requests', 'per second', '5xx', 'cache hits %'],
    ['<b>shop</b>', '4', '0.0', '0', '75.0'],
  ]);
  expect(rows(page, 'endpoints')[1]?.slice(0, 6)).toEqual(['api', program.id, 'serving', '1', '0', '1']);
  expect(byId('state').textContent).toBe('ready, 1 process, 0 open');
  expect(byId('login').hidden).toBe(true);
  page.window.close();
});

it('runs its own script only, and loads nothing from elsewhere', async () => {
  await using program = await cached();
  const response = await fetch(`${program.admin}/dashboard`);
  const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(await response.text()) ?? [];
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(policy).toContain("frame-ancestors 'none'");
});
