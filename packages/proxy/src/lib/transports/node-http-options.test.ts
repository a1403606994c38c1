import { expect, it } from 'vitest';
import { resolveConnectionOptions } from './node-http-options.ts';

it('limits the headers to the time of the whole request, as node:http starts with nothing else', () => {
  expect(resolveConnectionOptions({ requestTimeoutMs: 5_000 })).toMatchObject({ headersTimeoutMs: 5_000 });
  expect(resolveConnectionOptions({ requestTimeoutMs: 0 })).toMatchObject({ headersTimeoutMs: 10_000 });
  expect(resolveConnectionOptions({ headersTimeoutMs: 0 })).toMatchObject({ headersTimeoutMs: 0 });
});

it('refuses times that no timer can wait', () => {
  expect(() => resolveConnectionOptions({ sendTimeoutMs: 2 ** 31 })).toThrow(
    'connections.sendTimeoutMs: got 2147483648, expected an integer from 0 to 2147483647',
  );
});
