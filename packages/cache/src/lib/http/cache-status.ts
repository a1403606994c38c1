import { type Fields, fieldValue } from './fields.ts';

/** Why a request went on to the origin: RFC 9211 2.2. */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale';

/** What one cache did with a request: RFC 9211 2. */
export interface CacheStatus {
  /** Whether the answer came from the cache without asking the origin. */
  readonly hit?: boolean;
  readonly fwd?: ForwardReason;
  readonly fwdStatus?: number;
  /** Freshness left, in whole seconds; negative when stale. */
  readonly ttl?: number;
  readonly stored?: boolean;
  readonly collapsed?: boolean;
  /** A token of our own: `stale-if-error`, `only-if-cached`, or why the response is not stored. */
  readonly detail?: string;
}

/** The name of a cache as it stands in Cache-Status: a token, or else a string. */
export function cacheName(name: string): string {
  return /^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/.test(name) ? name : JSON.stringify(name);
}

/**
 * The member of a Cache-Status field that this cache adds.
 *
 * @param name what {@link cacheName} made
 */
export function formatCacheStatus(name: string, status: CacheStatus): string {
  let text = name;
  if (status.hit) text += '; hit';
  if (status.fwd !== undefined) text += `; fwd=${status.fwd}`;
  if (status.fwdStatus !== undefined) text += `; fwd-status=${status.fwdStatus}`;
  if (status.ttl !== undefined) text += `; ttl=${status.ttl}`;
  if (status.stored) text += '; stored';
  if (status.collapsed) text += '; collapsed';
  if (status.detail !== undefined) text += `; detail=${status.detail}`;
  return text;
}

/** Cache-Status with one more member, after those of the caches nearer to the origin. */
export function addCacheStatus(fields: Readonly<Fields>, member: string): string {
  const earlier = fieldValue(fields, 'cache-status');
  return earlier === undefined ? member : `${earlier}, ${member}`;
}
