/**
 * What the cache of a route did with a request. `hit`: answered from the cache, fresh. `stale`: answered with a response past its time,
 * as that allowed. `collapsed`: shared the fetch of another request. `revalidated`: the upstream confirmed what was stored.
 * `expired`: the upstream replaced it. `miss`: nothing was stored. `bypass`: not for the cache, by its method or by the client's wish.
 */
export type CacheOutcome = 'hit' | 'stale' | 'collapsed' | 'revalidated' | 'expired' | 'miss' | 'bypass';

/** The part of RFC 9211 that the controller of a cached request tells; {@link https://www.rfc-editor.org/rfc/rfc9211 §2}. */
interface CacheStatus {
  readonly hit?: boolean;
  readonly fwd?: string;
  readonly fwdStatus?: number;
  readonly ttl?: number;
  readonly collapsed?: boolean;
  readonly detail?: string;
}

/** Reads it from the controller of an upstream request; undefined when no cache that tells has had a part in it. */
export function cacheOutcome(controller: unknown): CacheOutcome | undefined {
  const status = (controller as { readonly cacheStatus?: CacheStatus } | undefined)?.cacheStatus;
  if (status === undefined) return undefined;
  const { hit, fwd, fwdStatus, ttl = 0, collapsed, detail } = status;
  if (collapsed === true) return 'collapsed';
  if (hit === true) return ttl < 0 ? 'stale' : 'hit';
  if (detail === 'stale-if-error') return 'stale';
  if (fwd === 'bypass' || fwd === 'method' || fwd === 'request') return 'bypass';
  if (fwd === 'stale') return fwdStatus === 304 ? 'revalidated' : 'expired';
  return 'miss';
}
