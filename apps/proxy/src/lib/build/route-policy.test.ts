import { expect, it } from 'vitest';
import { configuredProxy } from '../testing/configured-proxy.ts';

/** Asks a route with these settings once; the upstream fails the first time, or answers late, and then does not. */
async function ask(settings: string, first: number | 'late', method = 'GET') {
  let count = 0;
  await using proxy = await configuredProxy(
    `clusters: { api: { discovery: { static: [UPSTREAM] }, outlierDetection: false } }\nroutes: [{ cluster: api, ${settings} }]`,
    (_request, response) => {
      if (count++ > 0) response.end('at last');
      else if (first !== 'late') response.writeHead(first).end();
    },
  );
  const { status } = await fetch(proxy.url, { method });
  return [status, count];
}

it.each<[string, number, string, number, number]>([
  ['retry: { maxRetries: 1, backoffBaseMs: 1, backoffMaxMs: 2 }', 503, 'GET', 200, 2],
  ['retry: false', 503, 'GET', 503, 1],
  ['retry: { statusCodes: [504] }', 503, 'GET', 503, 1],
  ['retry: { statusCodes: [429], backoffBaseMs: 1 }', 429, 'GET', 200, 2],
  ['retry: { backoffBaseMs: 1 }', 503, 'POST', 503, 1],
  ['retry: { methods: [POST], backoffBaseMs: 1 }', 503, 'POST', 200, 2],
])('a route decides how its requests are tried: %s', async (settings, first, method, status, count) => {
  expect(await ask(settings, first, method)).toEqual([status, count]);
});

it.each<[string, number]>([
  ['perTryTimeoutMs: 500, retry: { maxRetries: 1, backoffBaseMs: 1 }', 200],
  ['perTryTimeoutMs: 50, retry: false', 504],
  ['overallTimeoutMs: 50', 504],
])('a route decides how long its requests may take: %s', async (settings, status) => {
  expect((await ask(settings, 'late'))[0]).toBe(status);
});

it.each(['route', 'cluster', 'client'])('a budget of retries may stand at the %s', async (where) => {
  let count = 0;
  const retry = 'retry: { backoffBaseMs: 1, budget: { ratio: 0, minPerSecond: 1, ttlMs: 1000 } }';
  const at = (place: string): string => (where === place ? `, ${retry}` : '');
  await using proxy = await configuredProxy(
    `
clusters: { api: { discovery: { static: [UPSTREAM] }, outlierDetection: false${at('cluster')} } }
routes: [{ cluster: api${at('route')} }]
client: { connectTimeoutMs: 1000${at('client')} }
`,
    (_request, response) => {
      count++;
      response.writeHead(503).end();
    },
  );
  for (let turn = 0; turn < 5; turn++) expect((await fetch(proxy.url)).status).toBe(503);
  expect(count).toBe(6);
});

it('a route may hedge', async () => {
  let count = 0;
  await using slow = await configuredProxy(
    'clusters: { api: { discovery: { static: [UPSTREAM] } } }\nroutes: [{ cluster: api }]',
    () => void count++,
  );
  await using proxy = await configuredProxy(`
clusters:
  api: { discovery: { static: [UPSTREAM, "${new URL(slow.url).host}"] }, strategy: round-robin }
routes: [{ cluster: api, hedge: { delayMs: 20 } }]
`);
  for (let turn = 0; turn < 4; turn++) expect((await fetch(proxy.url)).status).toBe(200);
  expect(count).toBeGreaterThan(0);
});
