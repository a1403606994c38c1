import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const date = 'Sun, 06 Nov 1994 08:49:37 GMT';

test.each([
  [{}, undefined],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': ' 120 ' }, 120_000],
  [{ 'retry-after': ['3', '9'] }, 3_000],
  [{ 'retry-after': 'Sun, 06 Nov 1994 08:49:40 GMT', date }, 3_000],
  [{ 'retry-after': 'Sun, 06 Nov 1994 08:49:30 GMT', date }, 0],
  [{ 'retry-after': 'Sun, 06 Nov 1994 08:49:40 GMT' }, undefined],
  [{ 'retry-after': 'soon', date }, undefined],
  [{ 'retry-after': '-1' }, undefined],
])('%j asks for %s ms', (headers, expected) => {
  expect(retryAfterMs(headers)).toBe(expected);
});
