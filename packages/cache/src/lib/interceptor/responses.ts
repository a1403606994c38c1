import { type CacheStatus, formatCacheStatus, withCacheStatus } from '../http/cache-status.ts';
import { isNotModified, notModifiedFields } from '../http/conditional.ts';
import type { Fields } from '../http/fields.ts';
import { requestedRange } from '../http/range.ts';
import type { StoredResponse } from '../store/stored-response.ts';
import type { CacheSettings } from './cache-options.ts';
import type { CacheRequest } from './cache-request.ts';
import type { Downstream } from './downstream.ts';
import { ageSeconds, ttlSeconds } from './judge.ts';
import type { ResponseHead } from './make-stored.ts';

const NOTHING = Buffer.alloc(0);

/** Answers with a stored response: as a whole, a part of it, or a 304, as the request asks. */
export function answerWith(
  downstream: Downstream,
  request: CacheRequest,
  response: StoredResponse,
  settings: CacheSettings,
  status: CacheStatus,
): void {
  const now = settings.now();
  const full: Fields = { ...response.headers, age: `${ageSeconds(response, now)}` };
  const fields = marked(downstream, full, settings, { ...status, ttl: ttlSeconds(response, now) });
  const { statusCode, statusMessage, body } = response;
  const whole = statusCode === 200;
  if (whole && isNotModified(request.fields, response.headers, now)) {
    downstream.reply(304, 'Not Modified', notModifiedFields(fields), NOTHING);
  } else if (request.method === 'HEAD') {
    const length = fields['content-length'] ?? `${body.length}`;
    downstream.reply(statusCode, statusMessage, { ...fields, 'content-length': length }, NOTHING);
  } else {
    const range = whole ? requestedRange(request.fields, response.headers, body.length) : undefined;
    if (range === undefined) {
      downstream.reply(statusCode, statusMessage, fields, body);
    } else if (range === 'unsatisfiable') {
      const rest = { 'content-range': `bytes */${body.length}`, 'content-length': '0' };
      downstream.reply(416, 'Range Not Satisfiable', { ...fields, ...rest }, NOTHING);
    } else {
      const part = body.subarray(range.first, range.last + 1);
      const rest = {
        'content-range': `bytes ${range.first}-${range.last}/${body.length}`,
        'content-length': `${part.length}`,
      };
      downstream.reply(206, 'Partial Content', { ...fields, ...rest }, part);
    }
  }
}

/** What a request gets that wanted a stored response only: RFC 9111 5.2.1.7. */
export function answerNothingStored(downstream: Downstream, settings: CacheSettings): void {
  const fields = marked(downstream, { 'content-length': '0' }, settings, { detail: 'only-if-cached' });
  downstream.reply(504, 'Gateway Timeout', fields, NOTHING);
}

/** Hands the head of a response on. */
export function forwardHead(
  downstream: Downstream,
  { status, message, fields }: ResponseHead,
  settings: CacheSettings,
  state: CacheStatus,
): void {
  downstream.head(status, marked(downstream, fields, settings, state), message);
}

/** Fields with what this cache did, unless it is not to say so; the controller always knows. */
export function marked(
  downstream: Downstream,
  fields: Readonly<Fields>,
  settings: CacheSettings,
  status: CacheStatus,
): Fields {
  downstream.controller.cacheStatus = status;
  return settings.cacheStatus
    ? withCacheStatus(fields, formatCacheStatus(settings.name, status))
    : { ...fields };
}
