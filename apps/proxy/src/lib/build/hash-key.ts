import type { RequestPolicy } from '@evenkeel/http-client';
import { clusterHashKey, type KeySource } from '@evenkeel/proxy/middleware';
import type { HashKeyConfig } from '../schema/cluster.ts';

/** What finds the hash key of a request. */
export function buildHashKey(config: HashKeyConfig): NonNullable<RequestPolicy['hashKey']> {
  return clusterHashKey(config as KeySource | KeySource[]);
}
