import type { HttpClusterRoute } from '@evenkeel/http-client';
import { toRawHeaders } from '../headers/raw-headers.ts';
import type { ForwardedOptions } from '../pipeline/forwarded-options.ts';
import { type KeySource, keyOf } from './request-key.ts';

/**
 * A `hashKey` for a cluster of a proxy: a part of each request, or the first of several that is there. The `hashBy` of a route goes
 * before it.
 *
 * @throws InvalidOptionsError for a part that is none, or no part at all
 */
export function clusterHashKey(
  sources: KeySource | readonly KeySource[],
): NonNullable<HttpClusterRoute['hashKey']> {
  const find = keyOf('hashKey', sources);
  return ({ headers, path, clientAddress }: ForwardedOptions) =>
    find({
      headers: { raw: toRawHeaders(headers as Parameters<typeof toRawHeaders>[0]) },
      path,
      clientAddress,
    });
}
