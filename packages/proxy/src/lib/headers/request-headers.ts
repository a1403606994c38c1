import type { Exchange } from '../exchange.ts';
import { fieldNames } from './field-names.ts';
import { addForwarding, append, type HopClaims, isLeftAlone, tellsOfHops } from './forwarding.ts';
import type { ForwardingSettings } from './forwarding-options.ts';
import { connectionFields, isHopByHop } from './hop-by-hop.ts';
import type { HopField, Hops } from './hop-trust.ts';

/** What the header rules know of a request beside its own fields. */
export interface RequestContext {
  /** `host[:port]` of the request; undefined when an HTTP/1.0 client named none. */
  readonly authority: string | undefined;
  /** The name this proxy gives itself in `Via`. */
  readonly proxyName: string;
  /** The hops the request has come through. */
  readonly hops: Hops;
  /** Where trusted proxies name the hops before them. */
  readonly hopsFrom: HopField;
  readonly forwarding: ForwardingSettings;
  /** The field, in lower case, that carries the subject of the client's certificate; undefined when none does. */
  readonly clientCertificateHeader?: string | undefined;
}

/** Fields that end here besides the hop-by-hop ones: the proxy answers the expectation and sends no trailers itself. */
const CONSUMED = fieldNames('host', 'expect', 'proxy-authorization', 'trailer');

const NO_CLAIMS: HopClaims = new Map();

/**
 * Builds the fields to send upstream: hop-by-hop fields out (RFC 9110 §7.6.1), `Host` from the request's authority, `Via`
 * and the fields about hops appended. What an untrusted peer says of earlier hops is dropped.
 */
export function requestHeaders(exchange: Exchange, context: RequestContext): string[] {
  const { rawHeaders } = exchange;
  const { authority, hops, hopsFrom: from, forwarding: settings } = context;
  const named = connectionFields(rawHeaders);
  const headers: string[] = [];
  if (authority !== undefined) headers.push('host', authority);
  const claims: HopClaims = hops.trusted ? new Map() : NO_CLAIMS;
  let subject = exchange.clientSubject;
  let via = '';

  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] as string;
    const value = rawHeaders[i + 1] as string;
    if (isHopByHop(field) || CONSUMED.has(field)) continue;
    const name = field.toLowerCase();
    if (named.has(name)) continue;
    if (name === context.clientCertificateHeader) {
      if (hops.trusted) subject = value;
    } else if (name === 'via') via = append(via, value);
    else if (!tellsOfHops(name)) headers.push(field, value);
    else if (hops.trusted) {
      claims.set(name, append(claims.get(name) ?? '', value));
      if (isLeftAlone(name, from, settings)) headers.push(field, value);
    }
  }

  headers.push('via', append(via, `${exchange.httpVersion} ${context.proxyName}`));
  addForwarding(headers, exchange, { settings, from, hops, claims, authority });
  if (context.clientCertificateHeader !== undefined && subject !== undefined) {
    headers.push(context.clientCertificateHeader, subject);
  }
  return headers;
}
