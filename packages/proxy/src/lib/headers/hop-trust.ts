import { choiceOption, InvalidOptionsError, numberOption } from '@evenkeel/core';
import type { Exchange } from '../exchange.ts';
import { type ForwardedElement, parseForwarded } from './forwarded-field.ts';
import { listedAddress } from './hop-node.ts';
import { fieldValues } from './raw-headers.ts';
import { type TrustedPeers, trustedPeers } from './trusted-peers.ts';

/** The fields in which proxies tell through which hops a request has come. */
export type HopField = 'x-forwarded-for' | 'forwarded';

/** Whose account of earlier hops is believed, and where it is read. */
export interface HopTrustOptions {
  /** Addresses and networks of proxies. */
  readonly trustedProxies: readonly string[];
  /** Proxies in front, whatever their addresses. */
  readonly trustedHops: number;
  readonly from: HopField | undefined;
}

/** Where a request came from, as far as it can be believed. */
export interface Hops {
  /** Whether the peer's account of earlier hops is believed. */
  readonly trusted: boolean;
  /** The last address, seen from here, that is not a trusted proxy's: the client's. */
  readonly clientAddress: string | undefined;
  /** Addresses of the hops that the peer names, the oldest first; undefined is one that it does not tell. */
  readonly chain: readonly (string | undefined)[];
  /** What the hop in front of the client says of the client's request; only in `Forwarded`. */
  readonly claim: ForwardedElement | undefined;
}

/** Reads the hops of a request. Never throws, whatever the request holds. */
export type HopTrust = ((exchange: Exchange) => Hops) & { readonly from: HopField };

/** @throws InvalidOptionsError naming the option */
export function hopTrust({ trustedProxies, trustedHops, from: source }: HopTrustOptions): HopTrust {
  const hops = numberOption('trustedHops', trustedHops, 0, { integer: true });
  const trusted = trustedPeers(trustedProxies);
  if (hops > 0 && trustedProxies.length > 0) {
    throw new InvalidOptionsError('trustedHops', hops, 'nothing, as there are trustedProxies');
  }
  const from = choiceOption('forwarded.from', source, 'x-forwarded-for', ['x-forwarded-for', 'forwarded']);
  const read = (exchange: Exchange): Hops => {
    const peer = exchange.remoteAddress;
    if (hops === 0 && !trusted(peer)) {
      return { trusted: false, clientAddress: peer, chain: NONE, claim: undefined };
    }
    const elements = from === 'forwarded' ? forwardedChain(exchange) : undefined;
    const chain = elements?.map(({ address }) => address) ?? listedChain(exchange, from);
    const at = hops > 0 ? stepBack(chain, hops) : stepWhile(chain, peer, trusted);
    return { trusted: true, clientAddress: chain[at] ?? peer, chain, claim: elements?.[at] };
  };
  return Object.assign(read, { from });
}

const NONE: readonly undefined[] = [];

/** Index of the hop that many before the peer; of the oldest that is told, where there are fewer. */
function stepBack(chain: Hops['chain'], hops: number): number {
  let at = chain.length;
  for (let left = hops; left > 0 && at > 0 && chain[at - 1] !== undefined; left--) at -= 1;
  return at;
}

/** Index of the first hop, from the peer on backwards, that is not trusted to name the one before. */
function stepWhile(chain: Hops['chain'], peer: string | undefined, trusted: TrustedPeers): number {
  let at = chain.length;
  while (at > 0 && chain[at - 1] !== undefined && trusted(chain[at] ?? peer)) at -= 1;
  return at;
}

function forwardedChain({ rawHeaders }: Exchange): ForwardedElement[] {
  return parseForwarded(fieldValues(rawHeaders, 'forwarded')) ?? [];
}

function listedChain({ rawHeaders }: Exchange, from: HopField): Hops['chain'] {
  return from === 'forwarded' ? NONE : listedAddresses(fieldValues(rawHeaders, 'x-forwarded-for'));
}

/** The addresses in values of `X-Forwarded-For`; undefined is an element that is none. */
export function listedAddresses(values: readonly string[]): (string | undefined)[] {
  return values
    .flatMap((value) => value.split(','))
    .map((element) => element.trim())
    .filter((element) => element !== '')
    .map(listedAddress);
}
