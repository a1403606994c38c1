import { stringify } from 'node:querystring';
import type { Dispatcher } from 'undici';
import { parseCacheControl } from '../http/cache-control.ts';
import { type Fields, fieldValue, listMembers, requestFields } from '../http/fields.ts';
import type { CacheKey, Directives } from '../undici-types.ts';

/** Methods that change nothing at the origin: RFC 9110 9.2.1 and QUERY. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);
const CONDITIONS = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range'];

/** A request as the cache sees it. */
export interface CacheRequest {
  readonly options: Dispatcher.DispatchOptions;
  readonly fields: Fields;
  readonly directives: Directives;
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly method: string;
  readonly key: CacheKey;
  /** Whether its response depends on a condition or range of its own. */
  readonly conditional: boolean;
}

/** What the cache does with a request before it looks anything up. */
export type RequestKind = 'cacheable' | 'unsafe' | 'other-method' | 'bypass';

/** Reads a request; undefined when it has no origin, and so no key. */
export function readRequest(
  options: Dispatcher.DispatchOptions,
  honourRequest: boolean,
): CacheRequest | undefined {
  const origin = options.origin?.toString();
  if (!origin) return undefined;
  const fields = requestFields(options.headers);
  const control = fieldValue(fields, 'cache-control');
  const noCache = control === undefined && listMembers(fieldValue(fields, 'pragma')).includes('no-cache');
  const parsed: Directives = noCache ? ({ 'no-cache': true } as Directives) : parseCacheControl(control);
  const path = fullPath(options);
  return {
    options,
    fields,
    directives: honourRequest ? parsed : noStoreOnly(parsed),
    origin,
    path,
    method: options.method,
    // A HEAD is answered from what a GET stored.
    key: { origin, path, method: 'GET', headers: fields },
    conditional: 'range' in fields || CONDITIONS.some((name) => name in fields),
  };
}

/** Sorts a request by what may be done with it. */
export function kindOf({ method, options, fields, directives }: CacheRequest): RequestKind {
  if (!SAFE.has(method)) return 'unsafe';
  if (method !== 'GET' && method !== 'HEAD') return 'other-method';
  // A body is no part of the key; a length without one is what smuggled requests leave behind.
  const length = fieldValue(fields, 'content-length');
  const bare =
    options.body == null && (length === undefined || length === '0') && !('transfer-encoding' in fields);
  const preconditions = 'if-match' in fields || 'if-unmodified-since' in fields;
  return bare && directives['no-store'] !== true && !preconditions ? 'cacheable' : 'bypass';
}

/** Fields for a validation: the caller's own conditions and range would get an answer that is only theirs. */
export function validationHeaders(
  fields: Readonly<Fields>,
  conditions: Readonly<Fields>,
): Record<string, string | string[]> {
  const kept = Object.entries(fields).filter(([name]) => name !== 'range' && !CONDITIONS.includes(name));
  return { ...Object.fromEntries(kept), ...conditions };
}

function fullPath({ path, query }: Dispatcher.DispatchOptions): string {
  const plain = path || '/';
  if (query == null || /[?#]/.test(plain)) return plain;
  const text = stringify(query as Parameters<typeof stringify>[0]);
  return text === '' ? plain : `${plain}?${text}`;
}

/** Nobody may be made to store what should not be, even if clients have no say otherwise. */
function noStoreOnly(directives: Directives): Directives {
  return directives['no-store'] === true ? { 'no-store': true } : {};
}
