import {
  choiceOption,
  type Endpoint,
  formatAddress,
  HealthCheckError,
  type HealthChecker,
  InvalidOptionsError,
  numberOption,
} from '@evenkeel/core';
import { Agent, type Dispatcher } from 'undici';
import { abortable } from './abortable.ts';
import type { TlsOptions } from './http-client-options.ts';
import { CONNECT_TIMEOUT_MS, OneTimeHttp2 } from './http2/one-time-http2.ts';
import { tlsConnectOptions } from './tls-files.ts';

/** Options of {@link httpHealthCheck}. */
export interface HttpHealthCheckOptions {
  /** @default '/' */
  readonly path?: string;
  /** @default 'GET' */
  readonly method?: string;
  /** The statuses of a healthy endpoint. @default 200–299 */
  readonly expectedStatus?: number | readonly number[] | ((statusCode: number) => boolean);
  /** The Host header. @default the endpoint's own `host:port` */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another port than the one that serves requests. @default the endpoint's */
  readonly port?: number;
  /** As at a cluster of a client: HTTP/1.1 (`http`, `https`) or HTTP/2 (`h2`, `h2c`). @default 'http' */
  readonly protocol?: 'http' | 'https' | 'h2' | 'h2c';
  /** The name sent as SNI and checked against the certificate. @default the endpoint's host name */
  readonly servername?: string;
  /** TLS options, such as `ca`. */
  readonly tls?: TlsOptions;
  /** Carries the checks, such as a `MockAgent`. Stays the caller's. @default a new connection for each check */
  readonly dispatcher?: Dispatcher;
}

/** Bytes of an answer that are read before the connection is dropped. */
const MAX_BODY_BYTES = 65_536;

/**
 * Checks an endpoint by one request. Each check makes a connection of its own: one kept alive would say nothing of an
 * endpoint that takes no new ones.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function httpHealthCheck(options: HttpHealthCheckOptions = {}): HealthChecker {
  const { path = '/', method = 'GET', host, headers = {}, servername, tls } = options;
  const protocol = choiceOption('protocol', options.protocol, 'http', ['http', 'https', 'h2', 'h2c']);
  const scheme = protocol === 'https' || protocol === 'h2' ? 'https' : 'http';
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new InvalidOptionsError('path', path, 'a path that starts with "/"');
  }
  const port =
    options.port === undefined
      ? undefined
      : numberOption('port', options.port, 0, { min: 1, max: 65_535, integer: true });
  const isExpected = expectation(options.expectedStatus);
  checkRequestParts(options);
  const connect = tls === undefined ? {} : tlsConnectOptions('tls', tls);
  const dispatcher =
    options.dispatcher ??
    (protocol === 'h2' || protocol === 'h2c'
      ? new OneTimeHttp2(connect)
      : // Without pipelining undici asks for the connection to be closed after the answer.
        new Agent({ pipelining: 0, connectTimeout: CONNECT_TIMEOUT_MS, connect: connect as object }));

  const check = async (endpoint: Endpoint, signal: AbortSignal): Promise<void> => {
    const response = await dispatcher.request({
      origin: `${scheme}://${formatAddress(endpoint.host, port ?? endpoint.port)}`,
      path,
      method,
      headers: host === undefined ? headers : { ...headers, host },
      signal,
      reset: true,
      ...(servername === undefined ? undefined : { servername }),
    } as Dispatcher.RequestOptions & { origin: string });
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) break;
    }
    if (isExpected(response.statusCode)) return;
    throw new HealthCheckError(`${name(endpoint)}: ${method} ${path} answered ${response.statusCode}`);
  };
  const name = (endpoint: Endpoint): string => formatAddress(endpoint.host, port ?? endpoint.port);

  return {
    async check(endpoint, { signal }) {
      try {
        await abortable(check(endpoint, signal), signal);
      } catch (error) {
        if (error instanceof HealthCheckError || signal.aborted) throw error;
        const reason = error instanceof Error && error.message !== '' ? error.message : String(error);
        throw new HealthCheckError(`${name(endpoint)}: ${method} ${path} failed: ${reason}`, {
          cause: error,
        });
      }
    },
    async [Symbol.asyncDispose]() {
      if (options.dispatcher === undefined) await dispatcher.destroy();
    },
  };
}

/** What undici would refuse, or misread, at each check: then no endpoint would ever be healthy. */
function checkRequestParts({ method, host, headers, dispatcher }: HttpHealthCheckOptions): void {
  if (method !== undefined && !isToken(method))
    throw new InvalidOptionsError('method', method, 'an HTTP method');
  if (host !== undefined && (typeof host !== 'string' || !/^[\x21-\x7e]+$/.test(host))) {
    throw new InvalidOptionsError('host', host, 'a host, such as "orders.internal"');
  }
  if (headers !== undefined && !isHeaders(headers)) {
    throw new InvalidOptionsError('headers', headers, 'an object of header names and values');
  }
  if (dispatcher !== undefined && typeof dispatcher?.request !== 'function') {
    throw new InvalidOptionsError('dispatcher', dispatcher, 'a Dispatcher');
  }
}

function isHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  return Object.entries(headers).every(([name, value]) => isToken(name) && isHeaderValue(value));
}

function isToken(value: unknown): boolean {
  return typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}

function expectation(expected: HttpHealthCheckOptions['expectedStatus']): (statusCode: number) => boolean {
  if (expected === undefined) return (statusCode) => statusCode >= 200 && statusCode <= 299;
  if (typeof expected === 'function') return expected;
  if (typeof expected !== 'number' && !Array.isArray(expected)) {
    throw new InvalidOptionsError('expectedStatus', expected, 'a status, a list of them, or a function');
  }
  const statuses = new Set<number>(typeof expected === 'number' ? [expected] : expected);
  for (const status of statuses) {
    numberOption('expectedStatus', status, 200, { min: 100, max: 599, integer: true });
  }
  return (statusCode) => statuses.has(statusCode);
}
