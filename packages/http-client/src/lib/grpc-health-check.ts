import {
  checkKeys,
  choiceOption,
  type Endpoint,
  formatAddress,
  HealthCheckError,
  type HealthChecker,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
} from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import { abortable } from './abortable.ts';
import type { TlsOptions } from './http-client-options.ts';
import { OneTimeHttp2 } from './http2/one-time-http2.ts';
import { tlsConnectOptions } from './tls-files.ts';

/** Options of {@link grpcHealthCheck}. */
export interface GrpcHealthCheckOptions {
  /** The service to ask for; the empty name stands for the whole server. @default '' */
  readonly service?: string;
  /** HTTP/2 over TLS (`h2`) or in clear text (`h2c`). @default 'h2c' */
  readonly protocol?: 'h2' | 'h2c';
  /** Another port than the one that serves requests. @default the endpoint's */
  readonly port?: number;
  /** The name sent as SNI and checked against the certificate. @default the endpoint's host name */
  readonly servername?: string;
  /** TLS options, such as `ca`. */
  readonly tls?: TlsOptions;
}

const KEYS: KnownKeys<GrpcHealthCheckOptions> = {
  service: true,
  protocol: true,
  port: true,
  servername: true,
  tls: true,
};
const PATH = '/grpc.health.v1.Health/Check';
/** More than any answer has. */
const MAX_ANSWER_BYTES = 1_024;
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/**
 * Checks an endpoint by the health checking protocol of gRPC (`grpc.health.v1.Health/Check`): SERVING is healthy. Each check
 * makes a connection of its own.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function grpcHealthCheck(options: GrpcHealthCheckOptions = {}): HealthChecker {
  checkKeys('', options, KEYS);
  const { service = '', servername, tls } = options;
  if (typeof service !== 'string') throw new InvalidOptionsError('service', service, 'the name of a service');
  const protocol = choiceOption('protocol', options.protocol, 'h2c', ['h2', 'h2c']);
  const bounds = { min: 1, max: 65_535, integer: true };
  const port = options.port === undefined ? undefined : numberOption('port', options.port, 0, bounds);
  const dispatcher = new OneTimeHttp2(tls === undefined ? {} : tlsConnectOptions('tls', tls));
  const body = healthRequest(service);

  const check = async (address: string, signal: AbortSignal): Promise<void> => {
    const response = await dispatcher.request({
      origin: `${protocol === 'h2' ? 'https' : 'http'}://${address}`,
      path: PATH,
      method: 'POST',
      headers: { 'content-type': 'application/grpc' },
      body,
      signal,
      ...(servername === undefined ? undefined : { servername }),
    } as Dispatcher.RequestOptions & { origin: string });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) break;
      chunks.push(chunk);
    }
    const trailers = response.trailers as Record<string, string>;
    const grpcStatus = trailers['grpc-status'] ?? response.headers['grpc-status'];
    if (response.statusCode !== 200 || grpcStatus !== '0') {
      const text = grpcStatus === undefined ? `HTTP ${response.statusCode}` : `gRPC status ${grpcStatus}`;
      throw new HealthCheckError(`${address}: ${PATH} answered ${text}`);
    }
    const status = healthStatus(Buffer.concat(chunks));
    if (status === 1) return;
    throw new HealthCheckError(`${address}: ${service || 'the server'} is ${STATUSES[status] ?? status}`);
  };

  return {
    async check(endpoint: Endpoint, { signal }) {
      const address = formatAddress(endpoint.host, port ?? endpoint.port);
      try {
        await abortable(check(address, signal), signal);
      } catch (error) {
        if (error instanceof HealthCheckError || signal.aborted) throw error;
        const reason = error instanceof Error && error.message !== '' ? error.message : String(error);
        throw new HealthCheckError(`${address}: ${PATH} failed: ${reason}`, { cause: error });
      }
    },
  };
}

/** A message of gRPC with a HealthCheckRequest: the name of the service as field 1. */
function healthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message =
    name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The status of a HealthCheckResponse, field 1; what is left out is 0. */
function healthStatus(answer: Buffer): number {
  const message = answer.subarray(5);
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
