import { manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import type { UpstreamConnection } from '../testing/raw-upstream.ts';
import { through } from '../testing/through.ts';
import { type ConcurrencyLimitOptions, concurrencyLimit } from './concurrency-limit.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A proxy in front of an upstream that answers when it is told to. */
async function limited(options: ConcurrencyLimitOptions) {
  const held: UpstreamConnection[] = [];
  const paths: (string | undefined)[] = [];
  let arrived = (): void => {};
  const proxy = await through([concurrencyLimit(options)], (head, connection) => {
    paths.push(head.split(' ')[1]);
    held.push(connection);
    arrived();
  });
  return Object.assign(proxy, {
    held,
    paths,
    /** Resolves when so many requests have reached the upstream. */
    holds: (count: number) =>
      new Promise<void>((resolve) => {
        arrived = () => held.length >= count && resolve();
        arrived();
      }),
    answer: (n: number) => void held[n]?.socket.write(OK),
  });
}

it('answers 503 with Retry-After to more than it may let pass, and lets others pass when one is over', async () => {
  await using proxy = await limited({ max: 2, retryAfterMs: 2_500 });
  const open = [fetch(proxy.url), fetch(proxy.url)];
  await proxy.holds(2);
  const refused = await fetch(proxy.url);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3']);
  expect(await refused.json()).toMatchObject({ reason: 'concurrency-limit' });
  proxy.answer(0);
  await Promise.race(open);
  await proxy.event(1);
  open.push(fetch(proxy.url));
  await proxy.holds(3);
  proxy.answer(1);
  proxy.answer(2);
  expect((await Promise.all(open)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

it('lets requests wait for their turn, in order, and no more than may', async () => {
  await using proxy = await limited({ max: 1, maxQueued: 2 });
  const first = fetch(`${proxy.url}/1`);
  await proxy.holds(1);
  const waiting: Promise<Response>[] = [];
  for (const path of ['/2', '/3']) {
    waiting.push(fetch(proxy.url + path));
    await expect.poll(() => proxy.proxy.active).toBe(waiting.length + 1);
  }
  expect((await fetch(`${proxy.url}/4`)).status).toBe(503);
  for (let turn = 0; turn < 3; turn++) {
    await proxy.holds(turn + 1);
    expect(proxy.held).toHaveLength(turn + 1);
    proxy.answer(turn);
  }
  expect((await Promise.all([first, ...waiting])).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(proxy.paths).toEqual(['/1', '/2', '/3']);
});

it('answers 503 to one that has waited too long', async () => {
  const clock = manualClock();
  await using proxy = await limited({ max: 1, maxQueued: 1, queueTimeoutMs: 500, clock });
  const first = fetch(proxy.url);
  await proxy.holds(1);
  const second = fetch(proxy.url);
  await expect.poll(() => clock.pendingTimers).toBe(1);
  clock.advance(499);
  expect(proxy.proxy.active).toBe(2);
  clock.advance(1);
  expect((await second).status).toBe(503);
  proxy.answer(0);
  expect((await first).status).toBe(200);
  expect(proxy.held).toHaveLength(1);
});

it('forgets one that leaves while it waits, and gives its place and its turn to others', async () => {
  const clock = manualClock();
  await using proxy = await limited({ max: 1, maxQueued: 1, clock });
  const first = fetch(proxy.url);
  await proxy.holds(1);
  const abort = new AbortController();
  const left = fetch(proxy.url, { signal: abort.signal });
  await expect.poll(() => clock.pendingTimers).toBe(1);
  abort.abort();
  await expect(left).rejects.toThrow();
  await proxy.event(0);
  expect(clock.pendingTimers).toBe(0);
  const third = fetch(proxy.url);
  await expect.poll(() => clock.pendingTimers).toBe(1);
  proxy.answer(0);
  await proxy.holds(2);
  proxy.answer(1);
  expect([(await first).status, (await third).status]).toEqual([200, 200]);
  expect(proxy.held).toHaveLength(2);
});

it('frees a place once, also when the client leaves or the upstream breaks off', async () => {
  await using proxy = await limited({ max: 1 });
  const abort = new AbortController();
  const left = fetch(proxy.url, { signal: abort.signal });
  await proxy.holds(1);
  abort.abort();
  await expect(left).rejects.toThrow();
  await proxy.event(0);
  const broken = fetch(proxy.url);
  await proxy.holds(2);
  proxy.held[1]?.socket.destroy();
  expect((await broken).status).toBe(502);
  const third = fetch(proxy.url);
  await proxy.holds(3);
  expect((await fetch(proxy.url)).status).toBe(503);
  proxy.answer(2);
  expect((await third).status).toBe(200);
});

it('counts each key for itself, and those without one together', async () => {
  await using proxy = await limited({ max: 1, key: { query: 'user' } });
  const open = ['?user=a', '?user=b', ''].map((query) => fetch(`${proxy.url}/${query}`));
  await proxy.holds(3);
  const more = ['?user=a', '?user=b', '?other=c'].map((query) => fetch(`${proxy.url}/${query}`));
  expect((await Promise.all(more)).map(({ status }) => status)).toEqual([503, 503, 503]);
  for (const n of [0, 1, 2]) proxy.answer(n);
  expect((await Promise.all(open)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

it('asks a function for the key', async () => {
  await using proxy = await limited({ max: 1, key: ({ method }) => method });
  const open = [fetch(proxy.url), fetch(proxy.url, { method: 'PUT' })];
  await proxy.holds(2);
  expect((await fetch(proxy.url)).status).toBe(503);
  proxy.answer(0);
  proxy.answer(1);
  expect((await Promise.all(open)).map(({ status }) => status)).toEqual([200, 200]);
});

it.each<[unknown, string]>([
  [{}, 'max: got undefined'],
  [{ max: 0 }, 'max: '],
  [{ max: 1, maxQueued: 0.5 }, 'maxQueued: '],
  [{ max: 1, queueTimeoutMs: 0 }, 'queueTimeoutMs: '],
  [{ max: 1, key: 'ip' }, 'key: '],
  [{ max: 1, queue: 3 }, 'queue: '],
])('refuses %j', (options, message) => {
  expect(() => concurrencyLimit(options as ConcurrencyLimitOptions)).toThrow(message);
});
