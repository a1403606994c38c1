import type { OutgoingHttpHeaders } from 'node:http2';
import type { RawHeaders } from '../../exchange.ts';

/** What the first frames of a stream ask for: pseudo-header fields taken out of the rest (RFC 9113 §8.3.1). */
export interface Http2Request {
  readonly method: string;
  /** Of an extended CONNECT (RFC 8441 §4). */
  readonly protocol: string | undefined;
  /** As HTTP/1.1 would have it; a scheme that is no HTTP makes it one that no check lets through. */
  readonly target: string;
  /** `Host` first, from `:authority`; a Host of its own stays beside it only where the two differ. */
  readonly rawHeaders: string[];
  /** Bytes of all names and values, before compression. */
  readonly size: number;
}

/** Reads the fields of a request: `Host` is made of `:authority`, cookie crumbs are joined (RFC 9113 §8.2.3). */
export function http2Request(fields: RawHeaders): Http2Request {
  const pseudo: Record<string, string> = {};
  const rawHeaders: string[] = [];
  let cookieAt = -1;
  let size = 0;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    size += name.length + value.length;
    if (name.startsWith(':')) {
      pseudo[name] = value;
      if (name === ':authority') rawHeaders.unshift('host', value);
    } else if (name === 'cookie' && cookieAt !== -1) rawHeaders[cookieAt] += `; ${value}`;
    else if (name !== 'host' || value.toLowerCase() !== pseudo[':authority']?.toLowerCase()) {
      rawHeaders.push(name, value);
      if (name === 'cookie') cookieAt = rawHeaders.length - 1;
    }
  }
  const { ':method': method = '', ':path': path = '', ':scheme': scheme, ':protocol': protocol } = pseudo;
  const target = scheme === undefined || /^https?$/i.test(scheme) ? path : `${scheme}:${path}`;
  return { method, protocol, target, rawHeaders, size };
}

/** Fields of HTTP/1.1 that a message of HTTP/2 cannot have (RFC 9113 §8.2.2). */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Brings fields into the form that `node:http2` sends: names in lower case, what HTTP/2 forbids left out. */
export function http2Fields(headers: RawHeaders, status?: number): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    if (FORBIDDEN.has(name)) continue;
    const known = fields[name];
    if (known === undefined) fields[name] = value;
    else if (typeof known === 'string') fields[name] = [known, value];
    else known.push(value);
  }
  return status === undefined ? fields : { ':status': status, ...fields };
}
