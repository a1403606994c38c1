import { checkKeys, type KnownKeys, type NumberBounds, numberOption } from '@evenkeel/core';

/** The longest time that `node:http` can wait, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Limits of the connections that `listen` accepts. All times are in ms, and 0 sets no limit. */
export interface ConnectionOptions {
  /**
   * From the first byte of a request, or from the connection's start, to the end of its headers; never longer than
   * `requestTimeoutMs`. @default 10_000
   */
  readonly headersTimeoutMs?: number;
  /** From the first byte of a request to the end of its content. @default 300_000 */
  readonly requestTimeoutMs?: number;
  /** How long a connection may be idle between two requests. @default 65_000, longer than the 60 s of common load balancers */
  readonly keepAliveTimeoutMs?: number;
  /** How long a client may send nothing while the proxy waits for more of its content; else 408. @default 60_000 */
  readonly receiveTimeoutMs?: number;
  /** How long a client may leave a response unread. @default 60_000 */
  readonly sendTimeoutMs?: number;
  /** How long the rest of a request is read after its response has ended. @default 5_000 */
  readonly lingerMs?: number;
  /** Bytes of request line and fields together; more is answered 431. @default 16_384 */
  readonly maxHeaderBytes?: number;
  /** Requests that a connection of HTTP/2 may have open at the same time. @default 100 */
  readonly maxConcurrentStreams?: number;
  /**
   * How long nothing may move in either direction on a stream of HTTP/2 whose request is not complete. It takes the place of
   * `requestTimeoutMs`, which would end streams that are meant to stay open. @default 300_000
   */
  readonly streamIdleTimeoutMs?: number;
}

/** The options with their defaults, checked. */
export type ResolvedConnectionOptions = Required<ConnectionOptions>;

const KEYS: KnownKeys<ConnectionOptions> = {
  headersTimeoutMs: true,
  requestTimeoutMs: true,
  keepAliveTimeoutMs: true,
  receiveTimeoutMs: true,
  sendTimeoutMs: true,
  lingerMs: true,
  maxHeaderBytes: true,
  maxConcurrentStreams: true,
  streamIdleTimeoutMs: true,
};

/** @throws InvalidOptionsError for an option that there is not, and when a limit is no whole number, negative, or longer than a timer can be */
export function resolveConnectionOptions(
  options: ConnectionOptions = {},
  field = 'connections',
): ResolvedConnectionOptions {
  checkKeys(field, options, KEYS);
  const integer = (name: keyof ConnectionOptions, fallback: number, bounds: NumberBounds): number =>
    numberOption(`${field}.${name}`, options[name], fallback, { ...bounds, integer: true });
  const ms = (name: keyof ConnectionOptions, fallback: number): number =>
    integer(name, fallback, { max: MAX_TIMER_MS });
  const headersTimeoutMs = ms('headersTimeoutMs', 10_000);
  const requestTimeoutMs = ms('requestTimeoutMs', 300_000);
  return {
    // `node:http` takes no limit of a part that is longer than that of the whole.
    headersTimeoutMs: Math.min(headersTimeoutMs, requestTimeoutMs || MAX_TIMER_MS),
    requestTimeoutMs,
    keepAliveTimeoutMs: ms('keepAliveTimeoutMs', 65_000),
    receiveTimeoutMs: ms('receiveTimeoutMs', 60_000),
    sendTimeoutMs: ms('sendTimeoutMs', 60_000),
    lingerMs: ms('lingerMs', 5_000),
    maxHeaderBytes: integer('maxHeaderBytes', 16_384, { min: 1_024, max: 2 ** 20 }),
    maxConcurrentStreams: integer('maxConcurrentStreams', 100, { min: 1, max: 2 ** 31 - 1 }),
    streamIdleTimeoutMs: ms('streamIdleTimeoutMs', 300_000),
  };
}
