import { isIP, isIPv4, isIPv6 } from 'node:net';
import { plainAddress } from '../connection/ip-address.ts';

const WITH_PORT = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::\d{1,5})?$/i;

/**
 * The IP address of a node as `X-Forwarded-For` has it: an address, in brackets or not, with a port or not. Undefined for
 * anything else, such as `unknown`.
 */
export function listedAddress(node: string): string | undefined {
  if (isIP(node) !== 0) return node.includes('%') ? undefined : plainAddress(node.toLowerCase());
  return bracketedAddress(node);
}

/** The IP address of a node as `Forwarded` has it, IPv6 in brackets (RFC 7239 §6); undefined where it names none. */
export function bracketedAddress(node: string): string | undefined {
  const [, v6, v4] = WITH_PORT.exec(node) ?? [];
  if (v6 !== undefined && isIPv6(v6)) return plainAddress(v6.toLowerCase());
  return v4 !== undefined && isIPv4(v4) ? v4 : undefined;
}

const OBFUSCATED = /^(?:unknown|_[\w.-]+)(?::(?:\d{1,5}|_[\w.-]+))?$/i;

/** Whether a text is a node of RFC 7239 §6: an address, `unknown`, or an identifier that begins with `_`. */
export function isForwardedNode(node: string): boolean {
  return bracketedAddress(node) !== undefined || OBFUSCATED.test(node);
}

/** Writes an address as a node of `Forwarded`, quoted where it must be; `unknown` where there is none. */
export function forwardedNode(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  return address.includes(':') ? `"[${address}]"` : address;
}
