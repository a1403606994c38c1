import type { OutgoingHttpHeaders } from 'node:http2';
import type { Dispatcher } from 'undici';
import { stableHeaders } from '../request-headers.ts';

/** Fields that mean a connection of HTTP/1.1 (RFC 9113 §8.2.2), or that pseudo-header fields stand for. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The fields of a request as `node:http2` takes them. `Host` becomes `:authority`; `te: trailers` is always sent, as trailers are
 * always taken, and servers of gRPC tell by it that nothing in between drops them.
 */
export function requestFields(
  { method, path, headers }: Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers'>,
  origin: URL,
): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null);
  fields[':method'] = method;
  fields[':scheme'] = origin.protocol.slice(0, -1);
  fields[':authority'] = origin.host;
  fields[':path'] = path;
  for (const [field, value] of pairsOf(headers)) {
    const name = field.toLowerCase();
    if (name === 'host') fields[':authority'] = value;
    if (LEFT_OUT.has(name)) continue;
    const known = fields[name];
    if (known === undefined) fields[name] = value;
    else if (typeof known === 'string') fields[name] = [known, value];
    else known.push(value);
  }
  fields['te'] = 'trailers';
  return fields;
}

function* pairsOf(given: Dispatcher.DispatchOptions['headers']): Iterable<readonly [string, string]> {
  const headers = stableHeaders(given);
  if (headers === null) return;
  if (isList(headers)) {
    for (let i = 0; i + 1 < headers.length; i += 2) yield [headers[i] as string, String(headers[i + 1])];
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) yield [name, String(one)];
  }
}

function isList(headers: NonNullable<ReturnType<typeof stableHeaders>>): headers is string[] {
  return Array.isArray(headers);
}

/** The fields of a response without its pseudo-header fields, names and values in turn. */
export function responseFields(raw: readonly string[]): string[] {
  const fields: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    if (!name.startsWith(':')) fields.push(name, raw[i + 1] as string);
  }
  return fields;
}

/** The same as an object with lists for what came more than once, as undici gives it to handlers. */
export function asObject(raw: readonly string[]): Record<string, string | string[]> {
  const object: Record<string, string | string[]> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const known = Object.hasOwn(object, name) ? object[name] : undefined;
    const next = known === undefined ? value : typeof known === 'string' ? [known, value] : [...known, value];
    Object.defineProperty(object, name, {
      value: next,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}
