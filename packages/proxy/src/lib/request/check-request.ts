import type { KnownReason } from '../errors/reason.ts';
import type { Exchange } from '../exchange.ts';
import { fieldValues, isFieldValue } from '../headers/raw-headers.ts';
import { type Authority, parseAuthority } from './authority.ts';
import { isAmbiguousPath } from './dot-segments.ts';
import { framingFault, hasContent } from './framing.ts';
import { parseTarget } from './target.ts';

/** Limits on what a request may look like, whatever transport it came by. */
export interface RequestLimits {
  readonly maxTargetLength: number;
  readonly maxHeaders: number;
  /** Whether a path that can be read as another one is refused. */
  readonly plainPaths: boolean;
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
  const framing = framingFault(rawHeaders, httpVersion);
  if (framing !== undefined) return framing;
  if (exchange.upgrade !== undefined && hasContent(rawHeaders)) return 'bad-upgrade';

  const target = parseTarget(method, exchange.target);
  if (target === undefined) return 'bad-target';
  if (limits.plainPaths && isAmbiguousPath(target.path.split('?', 1)[0] as string)) return 'bad-target';
  if (!isMeetable(exchange)) return 'expectation-failed';
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

/** Whether the request expects nothing but `100 Continue`; what HTTP/1.0 expects is ignored (RFC 9110 §10.1.1). */
function isMeetable({ rawHeaders, httpVersion }: Exchange): boolean {
  if (httpVersion === '1.0') return true;
  return fieldValues(rawHeaders, 'expect').every((value) => value.toLowerCase() === '100-continue');
}
