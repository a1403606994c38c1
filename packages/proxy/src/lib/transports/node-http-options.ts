import { numberOption } from '@evenkeel/core';

/** Limits of the connections that `listen` accepts. All times are in ms, and 0 sets no limit. */
export interface ConnectionOptions {
  /** From the first byte of a request, or from the connection's start, to the end of its headers. @default 10_000 */
  readonly headersTimeoutMs?: number;
  /** From the first byte of a request to the end of its content. @default 300_000 */
  readonly requestTimeoutMs?: number;
  /** How long a connection may be idle between two requests. @default 65_000, longer than the 60 s of common load balancers */
  readonly keepAliveTimeoutMs?: number;
  /** How long a client may leave a response unread. @default 60_000 */
  readonly sendTimeoutMs?: number;
  /** How long the rest of a request is read after its response has ended. @default 5_000 */
  readonly lingerMs?: number;
  /** Bytes of request line and fields together; more is answered 431. @default 16_384 */
  readonly maxHeaderBytes?: number;
}

/** The options with their defaults, checked. */
export type ResolvedConnectionOptions = Required<ConnectionOptions>;

/** @throws InvalidOptionsError when a limit is no whole number, or negative */
export function resolveConnectionOptions(
  options: ConnectionOptions = {},
  field = 'connections',
): ResolvedConnectionOptions {
  const integer = (name: keyof ConnectionOptions, fallback: number, min = 0): number =>
    numberOption(`${field}.${name}`, options[name], fallback, { min, integer: true });
  return {
    headersTimeoutMs: integer('headersTimeoutMs', 10_000),
    requestTimeoutMs: integer('requestTimeoutMs', 300_000),
    keepAliveTimeoutMs: integer('keepAliveTimeoutMs', 65_000),
    sendTimeoutMs: integer('sendTimeoutMs', 60_000),
    lingerMs: integer('lingerMs', 5_000),
    maxHeaderBytes: integer('maxHeaderBytes', 16_384, 1_024),
  };
}
