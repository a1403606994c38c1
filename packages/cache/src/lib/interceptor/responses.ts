import { addCacheStatus, type CacheStatus, formatCacheStatus } from '../http/cache-status.ts';
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
  const said = { ...status, ttl: ttlSeconds(response, now) };
  const fields = { ...response.headers, age: `${ageSeconds(response, now)}` };
  const marks = marked(downstream, fields, settings, said);
  const { statusCode, statusMessage, body } = response;
  if (request.method === 'HEAD') {
    if (isMet(request, response, now)) answerNotModified(downstream, marks);
    else {
      marks['content-length'] ??= `${body.length}`;
      downstream.reply(statusCode, statusMessage, marks, NOTHING);
    }
  } else if (request.conditional && statusCode === 200) {
    if (isMet(request, response, now)) answerNotModified(downstream, marks);
    else answerRange(downstream, request, response, marks);
  } else {
    downstream.reply(statusCode, statusMessage, marks, body);
  }
}

function isMet(
  { fields, conditional }: CacheRequest,
  { statusCode, headers }: StoredResponse,
  now: number,
): boolean {
  return conditional && statusCode === 200 && isNotModified(fields, headers, now);
}

function answerNotModified(downstream: Downstream, fields: Fields): void {
  downstream.reply(304, 'Not Modified', notModifiedFields(fields), NOTHING);
}

function answerRange(
  downstream: Downstream,
  request: CacheRequest,
  { statusCode, statusMessage, headers, body }: StoredResponse,
  fields: Fields,
): void {
  const range = requestedRange(request.fields, headers, body.length);
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

/** What a request gets that wanted a stored response only: RFC 9111 5.2.1.7. */
export function answerNothingStored(downstream: Downstream, settings: CacheSettings): void {
  const fields = marked(downstream, { 'content-length': '0' }, settings, { detail: 'only-if-cached' });
  downstream.reply(504, 'Gateway Timeout', fields, NOTHING);
}

/** Hands the head of a response on. */
export function forwardHead(
  downstream: Downstream,
  { status, message, fields }: Omit<ResponseHead, 'times'>,
  settings: CacheSettings,
  state: CacheStatus,
): void {
  downstream.head(status, marked(downstream, { ...fields }, settings, state), message);
}

/** Adds what this cache did to the fields, which are the caller's own, unless it is not to say so; the controller always knows. */
function marked(
  downstream: Downstream,
  fields: Fields,
  settings: CacheSettings,
  status: CacheStatus,
): Fields {
  downstream.controller.cacheStatus = status;
  if (settings.cacheStatus) {
    fields['cache-status'] = addCacheStatus(fields, formatCacheStatus(settings.name, status));
  }
  return fields;
}
