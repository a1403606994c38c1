import type { RawHeaders } from '../exchange.ts';
import { fieldNames } from './field-names.ts';
import { connectionFields, isHopByHop } from './hop-by-hop.ts';
import { fieldValues, isFieldValue, isNamed } from './raw-headers.ts';

/** Fields that end here besides the hop-by-hop ones. */
const CONSUMED = fieldNames('proxy-authenticate');

/** Fields that must not come as trailers: they frame, route, authorise or are hop-by-hop (RFC 9110 §6.5.1). */
const NOT_IN_TRAILERS = fieldNames(
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'proxy-authorization',
  'set-cookie',
  'trailer',
  'www-authenticate',
);

/**
 * Returns the fields of an upstream response that go downstream, with case, order and duplicates as they came;
 * undefined when a value holds a byte that no field may hold.
 *
 * @param keepTrailer whether trailers will be forwarded, so that `Trailer` may announce them
 */
export function responseHeaders(
  status: number,
  upstream: RawHeaders,
  keepTrailer: boolean,
): string[] | undefined {
  const named = connectionFields(upstream);
  const headers: string[] = [];
  const framed = status >= 200 && status !== 204;
  for (let i = 0; i + 1 < upstream.length; i += 2) {
    const field = upstream[i] as string;
    const value = upstream[i + 1] as string;
    if (!isFieldValue(value)) return undefined;
    if (isHopByHop(field) || CONSUMED.has(field)) continue;
    if (named.size > 0 && named.has(field.toLowerCase())) continue;
    if (!framed && isNamed(field, 'content-length')) continue;
    if (!keepTrailer && isNamed(field, 'trailer')) continue;
    headers.push(field, value);
  }
  return headers;
}

/**
 * Whether the content of a response is what an HTTP parser makes of it: a transfer coding other than chunked, or chunked
 * twice, would still be in it, but no longer in its fields (RFC 9112 §6.1). A tab behind `chunked` makes it another one
 * for llhttp.
 */
export function isPlainlyFramed(upstream: RawHeaders): boolean {
  const codings = fieldValues(upstream, 'transfer-encoding');
  return codings.length === 0 || (codings.length === 1 && /^chunked *$/i.test(codings[0] as string));
}

/** Returns the trailers that may go downstream; the rest is dropped. */
export function responseTrailers(upstream: RawHeaders): string[] {
  const trailers: string[] = [];
  for (let i = 0; i + 1 < upstream.length; i += 2) {
    const field = upstream[i] as string;
    const value = upstream[i + 1] as string;
    if (isHopByHop(field) || NOT_IN_TRAILERS.has(field) || !isFieldValue(value)) continue;
    trailers.push(field, value);
  }
  return trailers;
}
