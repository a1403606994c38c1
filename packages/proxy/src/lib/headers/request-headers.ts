import type { Exchange } from '../exchange.ts';
import { connectionFields, isHopByHop } from './hop-by-hop.ts';

/** What the header rules know of a request beside its own fields. */
export interface ForwardingContext {
  /** `host[:port]` of the request; undefined when an HTTP/1.0 client named none. */
  readonly authority: string | undefined;
  /** The name this proxy gives itself in `Via`. */
  readonly proxyName: string;
  /** Whether the peer's own account of earlier hops is believed. */
  readonly trusted: boolean;
  /** The field, in lower case, that carries the subject of the client's certificate; undefined when none does. */
  readonly clientCertificateHeader?: string | undefined;
}

/** Fields that end here besides the hop-by-hop ones: the proxy answers the expectation and sends no trailers itself. */
const CONSUMED: ReadonlySet<string> = new Set(['host', 'expect', 'proxy-authorization', 'trailer']);

/**
 * Builds the fields to send upstream: hop-by-hop fields out (RFC 9110 §7.6.1), `Host` from the request's authority,
 * `Via` and `X-Forwarded-For`, `-Proto`, `-Host` appended. What an untrusted peer says of earlier hops is dropped.
 */
export function requestHeaders(exchange: Exchange, context: ForwardingContext): string[] {
  const { rawHeaders } = exchange;
  const { authority, trusted } = context;
  const named = connectionFields(rawHeaders);
  const headers: string[] = [];
  if (authority !== undefined) headers.push('host', authority);
  let subject = exchange.clientSubject;
  let via = '';
  let forwardedFor = '';
  let forwardedProto = exchange.encrypted ? 'https' : 'http';
  let forwardedHost = authority;

  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] as string;
    const value = rawHeaders[i + 1] as string;
    const name = field.toLowerCase();
    if (isHopByHop(name) || CONSUMED.has(name) || named.has(name)) continue;
    if (name === context.clientCertificateHeader) {
      if (trusted) subject = value;
    } else if (name === 'via') via = append(via, value);
    else if (name === 'x-forwarded-for') forwardedFor = trusted ? append(forwardedFor, value) : '';
    else if (name === 'x-forwarded-proto') forwardedProto = trusted ? value : forwardedProto;
    else if (name === 'x-forwarded-host') forwardedHost = trusted ? value : forwardedHost;
    else if (trusted || !describesEarlierHops(name)) headers.push(field, value);
  }

  headers.push('via', append(via, `${exchange.httpVersion} ${context.proxyName}`));
  headers.push('x-forwarded-for', append(forwardedFor, exchange.remoteAddress ?? 'unknown'));
  headers.push('x-forwarded-proto', forwardedProto);
  if (forwardedHost !== undefined) headers.push('x-forwarded-host', forwardedHost);
  if (context.clientCertificateHeader !== undefined && subject !== undefined) {
    headers.push(context.clientCertificateHeader, subject);
  }
  return headers;
}

function describesEarlierHops(name: string): boolean {
  return name.startsWith('x-forwarded-') || name === 'forwarded' || name === 'x-real-ip';
}

function append(list: string, element: string): string {
  return list === '' ? element : `${list}, ${element}`;
}
