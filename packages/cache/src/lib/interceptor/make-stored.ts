import { validationFields } from '../http/conditional.ts';
import { type Fields, storableFields } from '../http/fields.ts';
import { type ExchangeTimes, forbidsStale, freshnessLifetimeMs, initialAgeMs } from '../http/freshness.ts';
import { responsePolicy } from '../http/response-policy.ts';
import { varyNames, type WhyNotStored, whyNotStored } from '../http/storability.ts';
import { varyValues } from '../store/keys.ts';
import type { StoredResponse } from '../store/stored-response.ts';
import type { CacheSettings } from './cache-options.ts';

/** A response to store, without its body and tags. */
export type StoredHead = Omit<StoredResponse, 'body' | 'tags'>;

/** A response as it came in. */
export interface ResponseHead {
  readonly status: number;
  readonly message: string;
  readonly fields: Readonly<Fields>;
  readonly times: ExchangeTimes;
}

/** What is stored of a response, and until when; or why it must not be stored, or would be of no use. */
export function makeStored(
  request: Readonly<Fields>,
  { status, message, fields, times }: ResponseHead,
  settings: CacheSettings,
): StoredHead | WhyNotStored {
  const policy = responsePolicy(fields, settings.targetedFields);
  const names = varyNames(fields);
  const whyNot = whyNotStored(request, status, fields, policy);
  if (whyNot !== undefined) return whyNot;
  if (names === undefined) return 'vary';
  const lifetimeMs = freshnessLifetimeMs(status, fields, policy, times, settings.heuristic);
  if (lifetimeMs === undefined && policy.directives['no-cache'] !== true) return 'no-lifetime';
  const cachedAt = times.responseAt - initialAgeMs(fields, times);
  const staleAt = cachedAt + (lifetimeMs ?? 0);
  const { directives } = policy;
  const graceSeconds = forbidsStale(directives)
    ? 0
    : Math.max(directives['stale-while-revalidate'] ?? 0, directives['stale-if-error'] ?? 0);
  const keptMs = validationFields(fields) === undefined ? 0 : settings.keepStaleMs;
  // The last of these seconds is one of them.
  const graceMs = graceSeconds === 0 ? 0 : graceSeconds * 1_000 + 1;
  const deleteAt = Math.max(staleAt + graceMs, Math.max(staleAt, times.responseAt) + keptMs);
  const usable = directives['no-cache'] === true ? keptMs > 0 : deleteAt > times.responseAt;
  if (!usable) return 'no-lifetime';
  const headers = storableFields(fields);
  // RFC 9110 6.6.1: who stores a response without Date gives it the time it came in.
  headers.date ??= new Date(times.responseAt).toUTCString();
  return {
    statusCode: status,
    statusMessage: message,
    headers,
    vary: varyValues(names, request),
    cacheControlDirectives: directives,
    cachedAt,
    staleAt,
    deleteAt,
  };
}
