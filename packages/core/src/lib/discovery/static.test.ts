import { expect, test } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { isEvenkeelError } from '../errors.ts';
import { staticDiscovery } from './static.ts';

test('one snapshot of whole endpoints, then silence until the abort', async () => {
  const controller = new AbortController();
  const discovery = staticDiscovery(['10.0.0.1:80', { address: '[::1]:81', weight: 2, zone: 'z' }]);
  const watch = discovery.watch({ signal: controller.signal })[Symbol.asyncIterator]();
  expect((await watch.next()).value).toEqual({
    endpoints: [toEndpoint('10.0.0.1:80'), toEndpoint({ host: '::1', port: 81, weight: 2, zone: 'z' })],
  });
  const next = watch.next();
  controller.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('a watch whose signal is aborted already ends after its snapshot', async () => {
  const seen: unknown[] = [];
  for await (const snapshot of staticDiscovery(['a:1']).watch({ signal: AbortSignal.abort() })) {
    seen.push(snapshot);
  }
  expect(seen).toHaveLength(1);
});

test.each([
  [['a:1', 'b:2', 'a:1'], 'endpoints[2].id: got "a:1", expected an id other than that of endpoints[0]'],
  [['a:1', { address: 'b:1', id: 'a:1' }], 'endpoints[1].id'],
  [['a'], 'endpoints[0]: got "a", expected "host:port"'],
  [[{ host: 'a', port: 0 }], 'endpoints[0].port: got 0'],
  [[{ address: 'a:1', weight: -1 }], 'endpoints[0].weight: got -1'],
  [[{ address: 'a:1', id: '' }], 'endpoints[0].id: got ""'],
  [[{ address: 'a:1', zone: 1 }], 'endpoints[0].zone: got 1'],
  [[{ address: 'a:1', metadata: { a: 1 } }], 'endpoints[0].metadata: got an object'],
  [[null], 'endpoints[0]: got null'],
  ['a:1', 'endpoints: got "a:1", expected a list'],
])('%j is refused at construction', (list, message) => {
  const make = () => staticDiscovery(list as string[]);
  expect(make).toThrow(message);
  try {
    make();
  } catch (error) {
    expect(isEvenkeelError(error, 'ERR_EVENKEEL_INVALID_OPTIONS')).toBe(true);
  }
});
