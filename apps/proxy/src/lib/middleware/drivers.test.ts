import type { RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { configuredProxy } from '../testing/configured-proxy.ts';

/** A proxy whose one route has the middleware. */
const withRoute = (middleware: string, upstream?: RequestListener) =>
  configuredProxy(
    `clusters: { api: { discovery: { static: [UPSTREAM] } } }\nroutes: [{ cluster: api, ${middleware} }]`,
    upstream,
  );

it('cors', async () => {
  await using proxy = await withRoute(
    'cors: { origins: ["https://*.example.com"], credentials: true, methods: [GET, PUT], allowedHeaders: "*", exposedHeaders: [x-total], maxAgeMs: 600000 }',
  );
  const origin = 'https://shop.example.com';
  const headers = { origin, 'access-control-request-method': 'PUT' };
  const preflight = await fetch(proxy.url, { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.get('access-control-max-age')]).toEqual([204, '600']);
  const response = await fetch(proxy.url, { headers: { origin } });
  expect(response.headers.get('access-control-expose-headers')).toBe('x-total');
  expect(proxy.asked).toHaveLength(1);
});
