import type { KnownReason } from '../errors/reason.ts';
import type { RawHeaders } from '../exchange.ts';
import { fieldValues } from '../headers/raw-headers.ts';

/** Whether a request has content: its framing alone says so, whatever the method (RFC 9112 §6.3). */
export function hasContent(headers: RawHeaders): boolean {
  if (fieldValues(headers, 'transfer-encoding').length > 0) return true;
  const [length] = fieldValues(headers, 'content-length');
  return length !== undefined && Number(length) !== 0;
}

/**
 * Why it is in doubt where a request ends; undefined when it is not (RFC 9112 §6.3). No other request may be read from a
 * connection behind such a one.
 */
export function framingFault(headers: RawHeaders, httpVersion: string): KnownReason | undefined {
  const codings = fieldValues(headers, 'transfer-encoding');
  const lengths = fieldValues(headers, 'content-length');
  if (lengths.length > 1 || (lengths[0] !== undefined && !isLength(lengths[0]))) return 'bad-framing';
  if (codings.length === 0) return undefined;
  if (lengths.length > 0 || httpVersion === '1.0' || httpVersion === '2.0') return 'bad-framing';
  const [coding = ''] = codings;
  if (codings.length === 1 && coding.toLowerCase() === 'chunked') return undefined;
  return /(?:^|,)[\t ]*chunked[\t ]*$/i.test(coding) && codings.length === 1
    ? 'coding-not-supported'
    : 'bad-framing';
}

/** Digits, of a number that is the same for everyone who counts in doubles (RFC 9110 §8.6). */
function isLength(value: string): boolean {
  return /^\d+$/.test(value) && Number.isSafeInteger(Number(value));
}
