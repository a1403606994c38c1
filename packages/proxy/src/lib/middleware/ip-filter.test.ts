import { expect, it } from 'vitest';
import { through } from '../testing/through.ts';
import { type IpFilterOptions, ipFilter } from './ip-filter.ts';
import type { Middleware } from './middleware.ts';

/** Gives the requests that pass another address than loopback. */
const from =
  (clientAddress: string | undefined): Middleware =>
  (request, next) => {
    Object.defineProperty(request, 'clientAddress', { value: clientAddress });
    next();
  };

it.each<[IpFilterOptions, string | undefined, number]>([
  [{ allow: ['127.0.0.0/8'] }, '127.0.0.1', 200],
  [{ allow: ['10.0.0.0/8'] }, '127.0.0.1', 403],
  [{ allow: ['10.0.0.0/8', '2001:db8::/32'] }, '10.1.2.3', 200],
  [{ allow: ['10.0.0.0/8', '2001:db8::/32'] }, '2001:db8::1', 200],
  [{ allow: ['10.0.0.0/8', '2001:db8::/32'] }, '2001:db9::1', 403],
  [{ deny: ['192.0.2.7'] }, '192.0.2.7', 403],
  [{ deny: ['192.0.2.7'] }, '192.0.2.8', 200],
  [{ allow: ['192.0.2.0/24'], deny: ['192.0.2.7'] }, '192.0.2.7', 403],
  [{ allow: ['192.0.2.0/24'], deny: ['192.0.2.7'] }, '192.0.2.8', 200],
  [{ deny: ['192.0.2.7'] }, undefined, 403],
])('%j answers %s with %d', async (options, address, status) => {
  await using proxy = await through([from(address), ipFilter(options)]);
  const response = await fetch(proxy.url);
  expect(response.status).toBe(status);
  if (status === 200) return;
  expect(await response.json()).toMatchObject({ reason: 'ip-denied' });
  expect(await proxy.event(0)).toMatchObject({ status: 403, reason: 'ip-denied', attempts: 0 });
  expect(proxy.upstream.connections).toHaveLength(0);
});

it('knows the address of the connection', async () => {
  await using proxy = await through([ipFilter({ deny: ['127.0.0.1'] })]);
  expect((await fetch(proxy.url)).status).toBe(403);
});

it.each<[unknown, string]>([
  [{}, 'deny: got an array, expected at least one'],
  [{ allow: [] }, 'allow: got an array, expected at least one'],
  [{ allow: ['10.0.0.0/33'] }, 'allow[0]: got "10.0.0.0/33"'],
  [{ deny: ['example.com'] }, 'deny[0]: got "example.com"'],
  [{ block: ['10.0.0.1'] }, 'block: '],
])('refuses %j', (options, message) => {
  expect(() => ipFilter(options as IpFilterOptions)).toThrow(message);
});
