import type { Outcome } from '@evenkeel/core';
import type { TracedAttempt, TracedEnd, TracedExchange, TracedUrl } from './traced-proxy.ts';

/** Attributes of a span; undefined ones are left out. */
type Attributes = Record<string, string | number | boolean | undefined>;

const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** The method as spans are named after it: what a client made up is no name. */
export function methodName(method: string): string {
  return METHODS.has(method) ? method : 'HTTP';
}

/** What is known of a request at its start. The query is left out: it may hold what nobody should see. */
export function serverStart(exchange: TracedExchange): Attributes {
  const { method, target, httpVersion, rawHeaders, remoteAddress, encrypted } = exchange;
  const agent = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'user-agent');
  return {
    ...methodAttributes(method),
    'url.scheme': encrypted ? 'https' : 'http',
    'url.path': pathOf(target),
    'network.protocol.name': 'http',
    'network.protocol.version': httpVersion === '2.0' ? '2' : httpVersion,
    'network.peer.address': remoteAddress,
    'client.address': remoteAddress,
    'user_agent.original': agent === -1 ? undefined : rawHeaders[agent + 1],
  };
}

/** What is known of an exchange at its end. */
export function serverEnd(event: TracedEnd): Attributes {
  const { host, clientAddress, route, cluster, status, reason, requestBytes, responseBytes, cacheStatus } =
    event;
  const { name, port } = splitHost(host);
  return {
    'server.address': name,
    'server.port': port,
    'client.address': clientAddress,
    'http.route': route,
    'http.response.status_code': status,
    'error.type': status >= 500 || reason !== undefined ? (reason ?? String(status)) : undefined,
    'http.request.body.size': requestBytes,
    'http.response.body.size': responseBytes,
    'evenkeel.cluster': cluster,
    'evenkeel.reason': reason,
    'evenkeel.cache': cacheStatus,
  };
}

/** What is known of a try at its start. The query is left out here too. */
export function clientStart(attempt: TracedAttempt, { origin, path }: TracedUrl, method: string): Attributes {
  const { cluster, endpoint, attempt: number, hedge } = attempt;
  const { host, port } = endpoint;
  return {
    ...methodAttributes(method),
    'server.address': host,
    'server.port': port,
    'url.full': path === '*' ? origin : `${origin}${pathOf(path)}`,
    'http.request.resend_count': number === 0 ? undefined : number,
    'evenkeel.cluster': cluster,
    'evenkeel.endpoint': endpoint.id,
    'evenkeel.hedge': hedge ? true : undefined,
  };
}

/** What is known of a try at its end. */
export function clientEnd({ kind, statusCode, error }: Outcome): Attributes {
  return {
    'http.response.status_code': statusCode,
    'error.type': kind === 'failure' || (statusCode ?? 0) >= 400 ? errorType(statusCode, error) : undefined,
    'evenkeel.outcome': kind,
  };
}

function methodAttributes(method: string): Attributes {
  return METHODS.has(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': '_OTHER', 'http.request.method_original': method };
}

/** Of any form of a target (RFC 9112 §3.2), without its query. */
function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : (URL.parse(target)?.pathname ?? target);
  return path.split('?', 1)[0] ?? '';
}

function splitHost(host: string | undefined): { readonly name?: string; readonly port?: number } {
  const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host ?? '') ?? [];
  return {
    ...(name !== undefined && name !== '' && { name: name.replace(/^\[(.*)\]$/, '$1') }),
    ...(port !== undefined && { port: Number(port) }),
  };
}

function errorType(statusCode: number | undefined, error: unknown): string {
  if (statusCode !== undefined) return String(statusCode);
  const { code, cause, name } = (error ?? {}) as {
    code?: unknown;
    cause?: { code?: unknown };
    name?: unknown;
  };
  const inner = cause?.code ?? code;
  return typeof inner === 'string' ? inner : typeof name === 'string' ? name : '_OTHER';
}
