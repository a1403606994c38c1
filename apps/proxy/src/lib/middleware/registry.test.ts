import { expect, it } from 'vitest';
import { configuredProxy } from '../testing/configured-proxy.ts';

const CLUSTER = 'clusters: { api: { discovery: { static: [UPSTREAM] } } }\n';

it('runs the middleware of a route for that route alone', async () => {
  await using proxy = await configuredProxy(`${CLUSTER}
routes:
  - { match: { path: /closed }, cluster: api, ipFilter: { allow: [10.0.0.0/8] } }
  - { cluster: api }
`);
  expect((await fetch(`${proxy.url}/closed`)).status).toBe(403);
  expect(await (await fetch(`${proxy.url}/open`)).text()).toBe('/open');
  expect(proxy.asked).toHaveLength(1);
});

it('runs that of the whole proxy for every request, but where a route has its own or turns it off', async () => {
  await using proxy = await configuredProxy(`${CLUSTER}
ipFilter: { deny: [127.0.0.1] }
routes:
  - { match: { path: /closed }, cluster: api }
  - { match: { path: /own }, cluster: api, ipFilter: { deny: [10.0.0.1] } }
  - { match: { path: /off }, cluster: api, ipFilter: false }
`);
  const statuses = ['/closed', '/nowhere', '/own', '/off'].map(
    async (path) => (await fetch(proxy.url + path)).status,
  );
  expect(await Promise.all(statuses)).toEqual([403, 403, 200, 200]);
});

it.each([
  [
    'routes: [{ cluster: api, ipFilter: { allow: [10.0.0.300] } }]',
    'routes[0].ipFilter.allow[0]: got "10.0.0.300"',
  ],
  [
    'routes: [{ cluster: api, ipFilter: {} }]',
    'routes[0].ipFilter.deny: got an array, expected at least one',
  ],
  ['routes: [{ cluster: api }]\nipFilter: {}', 'ipFilter.deny: '],
  ['routes: [{ cluster: api }]\nipFilter: false', 'ipFilter: got false, expected an object'],
])('names what is wrong in %s', async (text, message) => {
  await expect(configuredProxy(CLUSTER + text)).rejects.toThrow(message);
});
