import { forbidsStale } from '../http/freshness.ts';
import type { StoredResponse } from '../store/stored-response.ts';
import type { Directives } from '../undici-types.ts';

/** Whether a stored response can answer a request. */
export type Judgement =
  | 'fresh'
  /** Stale, and usable nevertheless. */
  | 'stale'
  /** Stale and usable, but to be renewed meanwhile. */
  | 'renew'
  /** The origin has to be asked, as it is stale. */
  | 'validate'
  /** The origin has to be asked, as the request says so. */
  | 'refused';

/** Its age in whole seconds: RFC 9111 4.2.3. */
export function ageSeconds(response: StoredResponse, now: number): number {
  return Math.max(0, Math.floor((now - response.cachedAt) / 1_000));
}

/** Seconds of freshness that are left; negative when stale. */
export function ttlSeconds(response: StoredResponse, now: number): number {
  return Math.floor((response.staleAt - now) / 1_000);
}

/** RFC 9111 4, 5.2.1 and RFC 5861 3. */
export function judge(
  response: StoredResponse,
  request: Directives & { 'no-cache'?: unknown },
  now: number,
): Judgement {
  const { cacheControlDirectives: directives, staleAt } = response;
  if (request['no-cache'] !== undefined) return 'refused';
  const maxAge = request['max-age'];
  if (maxAge !== undefined && ageSeconds(response, now) > maxAge) return 'refused';
  if (directives['no-cache'] === true) return 'validate';
  const leftMs = staleAt - now;
  if (leftMs > 0) return leftMs >= (request['min-fresh'] ?? 0) * 1_000 ? 'fresh' : 'refused';
  if (forbidsStale(directives)) return 'validate';
  if (request['max-stale'] !== undefined && -leftMs <= request['max-stale'] * 1_000) return 'stale';
  if (request['min-fresh'] !== undefined || maxAge !== undefined) return 'validate';
  return -leftMs <= (directives['stale-while-revalidate'] ?? 0) * 1_000 ? 'renew' : 'validate';
}

/** Whether it may answer when the origin cannot: RFC 5861 4. */
export function mayServeOnError(response: StoredResponse, request: Directives, now: number): boolean {
  const { cacheControlDirectives: directives, staleAt } = response;
  if (forbidsStale(directives)) return false;
  const allowed = Math.max(directives['stale-if-error'] ?? 0, request['stale-if-error'] ?? 0);
  return allowed > 0 && now - staleAt <= allowed * 1_000;
}
