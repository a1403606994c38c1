import type { Exchange } from '../exchange.ts';
import { parseAuthority } from '../request/authority.ts';
import { type ForwardedElement, forwardedPair, parseForwarded } from './forwarded-field.ts';
import type { ForwardingSettings } from './forwarding-options.ts';
import { forwardedNode } from './hop-node.ts';
import { type HopField, type Hops, listedAddresses } from './hop-trust.ts';

/** What a peer says of earlier hops, by field in lower case; values of the same field joined. */
export type HopClaims = Map<string, string>;

/** What the fields about hops are made of. */
export interface ForwardingContext {
  readonly settings: ForwardingSettings;
  /** Where trusted proxies name the hops before them. */
  readonly from: HopField;
  readonly hops: Hops;
  /** Empty where the peer is not trusted. */
  readonly claims: HopClaims;
  /** `host[:port]` of the request; undefined when an HTTP/1.0 client named none. */
  readonly authority: string | undefined;
}

/** Whether a field, in lower case, tells of earlier hops: from a peer that is not trusted it goes no further. */
export function tellsOfHops(name: string): boolean {
  return name.startsWith('x-forwarded-') || name === 'forwarded' || name === 'x-real-ip';
}

/** Whether such a field goes on as a trusted peer has sent it: those that are neither written here nor looked into. */
export function isLeftAlone(name: string, from: HopField, { fields }: ForwardingSettings): boolean {
  const isWritten =
    (fields as ReadonlySet<string>).has(name) || name === 'x-forwarded-for' || name === 'forwarded';
  return from === 'x-forwarded-for' && !isWritten;
}

/** Appends the fields that tell upstreams through which hops a request has come, this one included. */
export function addForwarding(headers: string[], exchange: Exchange, context: ForwardingContext): void {
  const { hops, authority } = context;
  const { fields, by } = context.settings;
  const scheme = exchange.encrypted ? 'https' : 'http';
  const proto = claimed(context, 'x-forwarded-proto', isScheme, hops.claim?.proto) ?? scheme;
  const host = claimed(context, 'x-forwarded-host', isAuthority, hops.claim?.host) ?? authority;
  const listed = listedBefore(context);
  const forwarded = forwardedBefore(context);

  if (fields.has('x-forwarded-for')) {
    headers.push('x-forwarded-for', append(listed, exchange.remoteAddress ?? 'unknown'));
  } else if (listed !== '') headers.push('x-forwarded-for', listed);
  if (fields.has('x-forwarded-proto')) headers.push('x-forwarded-proto', proto);
  if (fields.has('x-forwarded-host') && host !== undefined) headers.push('x-forwarded-host', host);
  if (fields.has('x-forwarded-port')) {
    headers.push('x-forwarded-port', claimed(context, 'x-forwarded-port', isPort) ?? portOf(host, proto));
  }
  if (fields.has('x-real-ip') && hops.clientAddress !== undefined) {
    headers.push('x-real-ip', hops.clientAddress);
  }
  if (fields.has('forwarded')) {
    const parts = [`for=${forwardedNode(exchange.remoteAddress)}`];
    if (by !== undefined) parts.push(forwardedPair('by', by));
    if (authority !== undefined) parts.push(forwardedPair('host', authority));
    headers.push('forwarded', append(forwarded, [...parts, `proto=${scheme}`].join(';')));
  } else if (forwarded !== '') headers.push('forwarded', forwarded);
}

/**
 * What the peer says in `X-Forwarded-For`. Where it is not this field that is read, it may hold anything: then only what
 * agrees with `Forwarded` is kept, and otherwise written anew from it.
 */
function listedBefore({ from, hops, claims }: ForwardingContext): string {
  const listed = claims.get('x-forwarded-for') ?? '';
  if (from === 'x-forwarded-for' || isSame(listedAddresses([listed]), hops.chain)) return listed;
  return hops.chain.map((address) => address ?? 'unknown').join(', ');
}

/** The same for `Forwarded`, which is written anew also where it is malformed; where nobody sent it, it stays out. */
function forwardedBefore({ from, hops, claims, settings }: ForwardingContext): string {
  const value = claims.get('forwarded') ?? '';
  if (value === '' && !settings.fields.has('forwarded')) return '';
  const elements = parseForwarded([value]);
  const isKept = (told: readonly ForwardedElement[]): boolean =>
    from === 'forwarded' ||
    isSame(
      told.map(({ address }) => address),
      hops.chain,
    );
  if (elements !== undefined && isKept(elements)) return value;
  return hops.chain.map((address) => `for=${forwardedNode(address)}`).join(', ');
}

/** The last of what the peer says in a field, if it is valid: the one that is the peer's own. */
function claimed(
  { from, claims }: ForwardingContext,
  name: string,
  isValid: (text: string) => boolean,
  inForwarded?: string,
): string | undefined {
  const told = from === 'forwarded' ? inForwarded : claims.get(name)?.split(',').at(-1)?.trim();
  return told !== undefined && isValid(told) ? told : undefined;
}

function isSame(a: Hops['chain'], b: Hops['chain']): boolean {
  return a.length === b.length && a.every((address, index) => address === b[index]);
}

function isScheme(text: string): boolean {
  return /^[a-z][a-z\d+.-]*$/i.test(text);
}

function isAuthority(text: string): boolean {
  return parseAuthority(text) !== undefined;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

function portOf(host: string | undefined, proto: string): string {
  const port = host === undefined ? undefined : /:(\d+)$/.exec(host)?.[1];
  return port ?? (proto === 'https' || proto === 'wss' ? '443' : '80');
}

/** Puts an element behind a list. */
export function append(list: string, element: string): string {
  return list === '' ? element : `${list}, ${element}`;
}
