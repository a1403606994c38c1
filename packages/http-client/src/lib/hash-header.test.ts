import { expect, test } from 'vitest';
import { hashHeader } from './hash-header.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { httpServer } from './testing/servers.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

function* once(): Generator<[string, string]> {
  yield ['X-User', 'ada'];
}

test.each([
  ['an object', { 'X-User': 'ada' }, 'ada'],
  ['an object with a list', { 'x-user': ['ada', 'bob'] }, 'ada'],
  ['a flat list', ['Accept', 'x-user', 'X-USER', 'ada'], 'ada'],
  ['a flat list with a list', ['X-User', ['ada', 'bob']], 'ada'],
  ['Headers', new Headers({ 'x-user': 'ada' }), 'ada'],
  ['an object without it', { 'x-use': 'ada' }, undefined],
  ['an object with null', { 'x-user': null }, undefined],
  ['null', null, undefined],
  ['nothing', undefined, undefined],
])('of %s', (_form, headers, key) => {
  expect(hashHeader('x-User')({ ...get, headers: headers as string[] })).toBe(key);
});

test('headers that can be read only once still reach the endpoint', async () => {
  await using server = await httpServer((request, response) => void response.end(request.headers['x-user']));
  const orders = fakeCluster([server.address]);
  await using client = await readyClient({ clusters: { orders }, hashKey: hashHeader('x-user') });
  const response = await client.request({ ...get, headers: once() });
  expect(await response.body.text()).toBe('ada');
  expect(orders.picks[0]?.context?.hashKey).toBe('ada');
  expect(await (await client.fetch('http://orders/', { headers: { 'X-User': 'bob' } })).text()).toBe('bob');
  expect(orders.picks[1]?.context?.hashKey).toBe('bob');
});

test.each(['', 'no name', 5])('%j is no name of a header', (name) => {
  expect(() => hashHeader(name as string)).toThrow(
    expect.objectContaining({ code: 'ERR_EVENKEEL_INVALID_OPTIONS' }),
  );
});
