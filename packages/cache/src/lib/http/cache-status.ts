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

/** The member of a Cache-Status field that this cache adds. */
export function formatCacheStatus(name: string, status: CacheStatus): string {
  const parts = [/^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/.test(name) ? name : JSON.stringify(name)];
  if (status.hit) parts.push('hit');
  if (status.fwd !== undefined) parts.push(`fwd=${status.fwd}`);
  if (status.fwdStatus !== undefined) parts.push(`fwd-status=${status.fwdStatus}`);
  if (status.ttl !== undefined) parts.push(`ttl=${status.ttl}`);
  if (status.stored) parts.push('stored');
  if (status.collapsed) parts.push('collapsed');
  if (status.detail !== undefined) parts.push(`detail=${status.detail}`);
  return parts.join('; ');
}

/** Fields with one more member in Cache-Status, after those of the caches nearer to the origin. */
export function withCacheStatus(fields: Readonly<Fields>, member: string): Fields {
  const earlier = fieldValue(fields, 'cache-status');
  return { ...fields, 'cache-status': earlier === undefined ? member : `${earlier}, ${member}` };
}
