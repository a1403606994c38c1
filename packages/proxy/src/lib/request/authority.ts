/** The host and port of a request, from `Host` or from the target. */
export interface Authority {
  /** As received: what goes upstream in `Host`. */
  readonly text: string;
  /** Lower case, without port and without a trailing dot: what routes are matched against. */
  readonly hostname: string;
}

const REG_NAME = /^[a-z0-9._~!$&'()*+,;=%-]+$/i;
const IPV6 = /^\[[0-9a-f:.]+\]$/i;
const PORT = /^\d{1,5}$/;

let last: Authority | undefined;

/** Parses `host[:port]` (RFC 9110 §7.2); undefined for anything else, such as user information, a path or nothing. */
export function parseAuthority(text: string): Authority | undefined {
  // Most requests ask for the host that the one before asked for.
  if (last?.text === text) return last;
  const authority = parse(text);
  if (authority !== undefined) last = authority;
  return authority;
}

function parse(text: string): Authority | undefined {
  const bracket = text.lastIndexOf(']');
  const colon = text.indexOf(':', bracket + 1);
  const host = colon === -1 ? text : text.slice(0, colon);
  const port = colon === -1 ? '' : text.slice(colon + 1);
  if (port !== '' && (!PORT.test(port) || Number(port) > 65_535)) return undefined;
  if (!(bracket === -1 ? REG_NAME : IPV6).test(host)) return undefined;
  const lower = host.toLowerCase();
  return { text, hostname: lower.length > 1 && lower.endsWith('.') ? lower.slice(0, -1) : lower };
}
