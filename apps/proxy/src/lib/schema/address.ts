import { isIP } from 'node:net';
import type * as z from 'zod';
import { pattern } from './fields.ts';

const LABEL = '[a-zA-Z0-9_](?:[a-zA-Z0-9_-]*[a-zA-Z0-9_])?';
const NAME = `${LABEL}(?:\\.${LABEL})*`;
const LISTENER = 'an IP address of this machine or a host name';
const PEER = 'an IP address or a network such as "10.0.0.0/8"';

/** An address to bind: an IP address or a name. */
export function bindHost(description: string): z.ZodString {
  return pattern(description, /^[\w.:%-]+$/, LISTENER).refine(
    // What looks like an address and is none would be looked up as a name, and fail late.
    (host) => isIP(host) !== 0 || (!host.includes(':') && /[^\d.]/.test(host)),
    { error: LISTENER },
  );
}

/** The host of a route: a name, names below one, or any. */
export function matchHost(description: string): z.ZodString {
  return pattern(
    description,
    new RegExp(`^(?:\\*|(?:\\*\\.)?${NAME}|\\[[0-9a-fA-F:.]+\\])$`),
    'a host name without port, "*.example.com" or "*"',
  );
}

/** A name that clients ask for by SNI. */
export function serverName(description: string): z.ZodString {
  return pattern(description, new RegExp(`^(?:\\*\\.)?${NAME}$`), 'a host name or "*.example.com"');
}

/** The path of a route, matched as it is. */
export function matchPath(description: string): z.ZodString {
  return pattern(
    description,
    /^\/(?:[\x21\x22\x24-\x3e\x40-\x7e])*$/,
    'a path that starts with "/" and has neither "?" nor "#"',
  );
}

/** An IP address or a network. */
export function peer(description: string): z.ZodString {
  return pattern(description, /^[\da-fA-F:.]+(?:\/\d{1,3})?$/, PEER).refine(isPeer, { error: PEER });
}

function isPeer(value: string): boolean {
  const [address = '', length = '0'] = value.split('/');
  const family = isIP(address);
  return family !== 0 && Number(length) <= (family === 6 ? 128 : 32);
}
