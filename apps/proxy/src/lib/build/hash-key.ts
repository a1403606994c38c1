import type { RequestPolicy } from '@evenkeel/http-client';
import type { HashKeyConfig } from '../schema/cluster.ts';

type HashKey = NonNullable<RequestPolicy['hashKey']>;

/** What finds the hash key of a request. */
export function buildHashKey({ header, path }: HashKeyConfig): HashKey {
  if (path === true) return ({ path: target }) => target.split('?', 1)[0];
  const name = (header ?? '').toLowerCase();
  return ({ headers }) => {
    // The proxy hands headers over as a flat list of names and values.
    if (!Array.isArray(headers)) return undefined;
    const at = headers.findIndex((field, i) => i % 2 === 0 && String(field).toLowerCase() === name);
    return at === -1 ? undefined : String(headers[at + 1]);
  };
}
