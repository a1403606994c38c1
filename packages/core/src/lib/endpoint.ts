import { InvalidOptionsError } from './errors.ts';

/** One address that can serve a cluster's requests. Immutable: a change of weight or metadata is a new object with the same id. */
export interface Endpoint {
  /** The identity: learned state (latency, ejections, in-flight) follows it across snapshots. `host:port` unless the registry has a better one. */
  readonly id: string;
  /** IP address or host name, without brackets. */
  readonly host: string;
  /** TCP port, 1–65535. */
  readonly port: number;
  /** Relative share of the traffic, 0–65535; 0 drains the endpoint. */
  readonly weight: number;
  /** Failover tier: 0 is preferred, larger numbers take over as smaller ones lose health. */
  readonly priority: number;
  /** Failure domain, such as `eu-west-1a`. */
  readonly zone?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a user may write for an endpoint: everything but host and port has a default. */
export interface EndpointInput {
  /** `host:port`, or `[v6]:port`; instead of `host` and `port`. */
  readonly address?: string;
  readonly host?: string;
  readonly port?: number;
  /** @default `host:port` */
  readonly id?: string;
  /** @default 1 */
  readonly weight?: number;
  /** @default 0 */
  readonly priority?: number;
  readonly zone?: string;
  /** @default {} */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The largest weight an endpoint may have, as in Consul and DNS SRV (RFC 2782). */
export const MAX_WEIGHT = 65_535;

/** The longest id an endpoint may have, in characters. */
export const MAX_ID_LENGTH = 512;

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Makes a whole endpoint of `host:port` or of a partial one.
 *
 * @param input an address or the known fields
 * @param field the name that errors give the input, such as `endpoints[2]`
 * @throws InvalidOptionsError when the address, a port, a weight or a priority is out of its range
 */
export function toEndpoint(input: string | EndpointInput, field = 'endpoint'): Endpoint {
  if (typeof input === 'string') return toEndpoint({ address: input }, field);
  if (typeof input !== 'object' || input === null) {
    throw new InvalidOptionsError(field, input, 'a "host:port" string or an object');
  }
  const { host, port } =
    input.address === undefined ? hostAndPort(input, field) : parseAddress(input.address, field);
  const { weight = 1, priority = 0 } = input;
  if (typeof weight !== 'number' || !(weight >= 0 && weight <= MAX_WEIGHT)) {
    throw new InvalidOptionsError(`${field}.weight`, weight, `a number from 0 to ${MAX_WEIGHT}`);
  }
  if (!Number.isInteger(priority) || priority < 0 || priority > 127) {
    throw new InvalidOptionsError(`${field}.priority`, priority, 'an integer from 0 to 127');
  }
  return {
    id: input.id ?? formatAddress(host, port),
    host,
    port,
    weight,
    priority,
    ...(input.zone === undefined ? {} : { zone: input.zone }),
    metadata: input.metadata ?? NO_METADATA,
  };
}

/** Whether a value can be the id of an endpoint: 1 to 512 characters without control characters. */
export function isEndpointId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH && !/\p{Cc}/u.test(id);
}

/** Writes `host:port`, with brackets around an IPv6 address (RFC 3986 §3.2.2). */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function hostAndPort(input: EndpointInput, field: string): { host: string; port: number } {
  if (typeof input.host !== 'string' || !isHost(input.host)) {
    throw new InvalidOptionsError(`${field}.host`, input.host, 'an IP address or a host name');
  }
  return { host: input.host, port: checkPort(input.port, `${field}.port`) };
}

function parseAddress(address: unknown, field: string): { host: string; port: number } {
  const allowed = '"host:port" with a port from 1 to 65535';
  const match = typeof address === 'string' ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address) : null;
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined || !isHost(host))
    throw new InvalidOptionsError(field, address, allowed);
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) throw new InvalidOptionsError(field, address, allowed);
  return { host, port };
}

function isHost(host: string): boolean {
  return host.length > 0 && host.length <= 255 && /^[\w.:%-]+$/.test(host);
}

function checkPort(port: unknown, field: string): number {
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidOptionsError(field, port, 'an integer from 1 to 65535');
  }
  return port;
}
