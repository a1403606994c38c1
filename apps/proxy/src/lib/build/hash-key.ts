import { hashHeader, type RequestPolicy } from '@evenkeel/http-client';
import type { HashKeyConfig } from '../schema/cluster.ts';

type HashKey = NonNullable<RequestPolicy['hashKey']>;

/** What finds the hash key of a request. */
export function buildHashKey({ header, path }: HashKeyConfig): HashKey {
  return path === true ? ({ path: target }) => target.split('?', 1)[0] : hashHeader(header ?? '');
}
