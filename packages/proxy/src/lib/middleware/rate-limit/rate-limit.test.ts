import { manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { through } from '../../testing/through.ts';
import { type RateLimitOptions, rateLimit } from './rate-limit.ts';

it('answers 429 to what comes too fast, and says when to come again', async () => {
  const clock = manualClock();
  await using proxy = await through([rateLimit({ rate: 30, perMs: 60_000, burst: 2, clock })]);
  const ask = () => fetch(proxy.url);
  const [first, second, third] = [await ask(), await ask(), await ask()];
  expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
  expect(first.headers.get('ratelimit-policy')).toBe('"default";q=2;w=4');
  expect(first.headers.get('ratelimit')).toBe('"default";r=1;t=2');
  expect(second.headers.get('ratelimit')).toBe('"default";r=0;t=4');
  expect(third.headers.get('ratelimit')).toBe('"default";r=0;t=4');
  expect(third.headers.get('retry-after')).toBe('2');
  expect(await third.json()).toMatchObject({ reason: 'rate-limit' });
  expect(await proxy.event(2)).toMatchObject({ status: 429, reason: 'rate-limit', attempts: 0 });
  clock.advance(1_990);
  expect((await ask()).status).toBe(429);
  clock.advance(10);
  expect((await ask()).status).toBe(200);
});

it('limits each key for itself, and those without one together', async () => {
  const clock = manualClock();
  await using proxy = await through([rateLimit({ rate: 1, key: { header: 'x-user' }, clock })]);
  const ask = async (headers: Record<string, string>) => (await fetch(proxy.url, { headers })).status;
  const long = 'x'.repeat(2_000);
  const statuses = [
    await ask({ 'x-user': 'ada' }),
    await ask({ 'x-user': 'bob' }),
    await ask({ 'x-user': 'ada' }),
    await ask({}),
    await ask({ 'x-other': 'c' }),
    await ask({ 'x-user': `${long}1` }),
    await ask({ 'x-user': `${long}2` }),
    await ask({ 'x-user': `${long}1` }),
  ];
  expect(statuses).toEqual([200, 200, 429, 200, 429, 200, 200, 429]);
});

it('takes the network of an IPv6 client for one', async () => {
  const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '192.0.2.1', '192.0.2.2'];
  let turn = 0;
  const limit = rateLimit({ rate: 1, key: { clientAddress: true }, clock: manualClock() });
  await using proxy = await through([
    (request, next) => {
      Object.defineProperty(request, 'clientAddress', { value: addresses[turn++] });
      next();
    },
    limit,
  ]);
  const statuses: number[] = [];
  for (const _ of addresses) statuses.push((await fetch(proxy.url)).status);
  expect(statuses).toEqual([200, 429, 200, 200, 200]);
});

it('says nothing of the limit when told so, and several limits say it together', async () => {
  const clock = manualClock();
  const silent = rateLimit({ rate: 1, headers: false, clock });
  await using quiet = await through([silent]);
  expect((await fetch(quiet.url)).headers.get('ratelimit')).toBeNull();
  await using both = await through([
    rateLimit({ rate: 5, name: 'second', clock }),
    rateLimit({ rate: 100, perMs: 3_600_000, name: 'hour', clock }),
  ]);
  const { headers } = await fetch(both.url);
  expect(headers.get('ratelimit-policy')).toBe('"hour";q=100;w=3600, "second";q=5;w=1');
  expect(headers.get('ratelimit')).toBe('"hour";r=99;t=36, "second";r=4;t=1');
});

it.each<[unknown, string]>([
  [{}, 'rate: got undefined'],
  [{ rate: 0 }, 'rate: '],
  [{ rate: 1, perMs: 0 }, 'perMs: '],
  [{ rate: 1, burst: 0 }, 'burst: '],
  [{ rate: 1, burst: 1.5 }, 'burst: '],
  [{ rate: 1, key: { ip: true } }, 'key: '],
  [{ rate: 1, name: 'a b' }, 'name: '],
  [{ rate: 1, headers: 'no' }, 'headers: '],
  [{ rate: 1, maxKeys: 0 }, 'maxKeys: '],
  [{ rate: 1, limit: 1 }, 'limit: '],
])('refuses %j', (options, message) => {
  expect(() => rateLimit(options as RateLimitOptions)).toThrow(message);
});
