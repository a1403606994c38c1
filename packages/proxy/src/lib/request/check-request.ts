import type { KnownReason } from '../errors/reason.ts';
import type { Exchange, RawHeaders } from '../exchange.ts';
import { fieldValues, isFieldValue } from '../headers/raw-headers.ts';
import { type Authority, parseAuthority } from './authority.ts';
import { parseTarget } from './target.ts';

/** Limits on what a request may look like, whatever transport it came by. */
export interface RequestLimits {
  readonly maxTargetLength: number;
  readonly maxHeaders: number;
}

/** A request that may be forwarded. */
export interface CheckedRequest {
  readonly path: string;
  /** Undefined when an HTTP/1.0 client named no host. */
  readonly authority: Authority | undefined;
}

/**
 * Refuses what two parties could read differently, before anything is forwarded: ambiguous host or length, targets of
 * a wrong form, bytes that no field may hold (RFC 9112 §3.2, §6.3; RFC 9110 §5.5). Returns the reason when it refuses.
 */
export function checkRequest(exchange: Exchange, limits: RequestLimits): CheckedRequest | KnownReason {
  const { method, rawHeaders, httpVersion } = exchange;
  if (method === 'CONNECT') return 'method-not-supported';
  if (httpVersion !== '1.1' && httpVersion !== '1.0' && httpVersion !== '2.0') return 'bad-request';
  if (exchange.target.length > limits.maxTargetLength) return 'target-too-long';
  if (rawHeaders.length > 2 * limits.maxHeaders) return 'too-many-headers';
  for (let i = 1; i < rawHeaders.length; i += 2) {
    if (!isFieldValue(rawHeaders[i] as string)) return 'bad-header';
  }
  const framing = checkFraming(exchange);
  if (framing !== undefined) return framing;
  if (exchange.upgrade !== undefined && hasContent(rawHeaders)) return 'bad-upgrade';

  const target = parseTarget(method, exchange.target);
  if (target === undefined) return 'bad-target';
  const hosts = fieldValues(rawHeaders, 'host');
  if (hosts.length > 1) return 'bad-host';
  const [host] = hosts;
  if (host === undefined) {
    return httpVersion === '1.1' ? 'bad-host' : { path: target.path, authority: target.authority };
  }
  const named = parseAuthority(host);
  if (named === undefined) return 'bad-host';
  return { path: target.path, authority: target.authority ?? named };
}

/** Whether a request has content: its framing alone says so, whatever the method (RFC 9112 §6.3). */
export function hasContent(headers: RawHeaders): boolean {
  if (fieldValues(headers, 'transfer-encoding').length > 0) return true;
  const [length] = fieldValues(headers, 'content-length');
  return length !== undefined && Number(length) !== 0;
}

/** Digits, of a number that is the same for everyone who counts in doubles (RFC 9110 §8.6). */
function isLength(value: string): boolean {
  return /^\d+$/.test(value) && Number.isSafeInteger(Number(value));
}

function checkFraming({ rawHeaders, httpVersion }: Exchange): KnownReason | undefined {
  const codings = fieldValues(rawHeaders, 'transfer-encoding');
  const lengths = fieldValues(rawHeaders, 'content-length');
  if (lengths.length > 1 || (lengths[0] !== undefined && !isLength(lengths[0]))) return 'bad-framing';
  if (codings.length === 0) return undefined;
  if (lengths.length > 0 || httpVersion === '1.0' || httpVersion === '2.0') return 'bad-framing';
  const [coding = ''] = codings;
  if (codings.length === 1 && coding.toLowerCase() === 'chunked') return undefined;
  return /(?:^|,)[\t ]*chunked[\t ]*$/i.test(coding) && codings.length === 1
    ? 'coding-not-supported'
    : 'bad-framing';
}
