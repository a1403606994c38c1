import {
  type Clock,
  choiceOption,
  InvalidOptionsError,
  numberOption,
  type Random,
  requiredNumber,
  systemClock,
} from '@evenkeel/core';
import { nameOption } from './dns-name.ts';
import type { AddressFamily } from './resolve/addresses.ts';
import type { Transport } from './transport/exchange.ts';
import { parseServer, type ServerAddress } from './transport/server-address.ts';

/** What is resolved: SRV records, which have a port, or the addresses of a name. */
export type DnsDiscoveryOptions = DnsDiscoverySettings &
  (
    | {
        /** Name of the SRV records, such as `_http._tcp.orders.default.svc.cluster.local` or `orders.service.consul`. */
        readonly srv: string;
        readonly name?: never;
        readonly port?: never;
      }
    | {
        /** Name whose A or AAAA records are the endpoints. */
        readonly name: string;
        /** Port of all endpoints, 1–65535. */
        readonly port: number;
        readonly srv?: never;
      }
  );

/** How names are resolved, and how answers are believed. */
export interface DnsDiscoverySettings {
  /** `auto` takes IPv4 addresses, and IPv6 for names that have none. @default 'auto' */
  readonly family?: AddressFamily;
  /**
   * IP addresses of the DNS servers, with or without a port. The first is asked until it fails, then the
   * next. @default those of the system (`/etc/resolv.conf`), read anew with each watch
   */
  readonly servers?: readonly string[];
  /** `udp` goes on to TCP when an answer is truncated or nearly fills its datagram; `tcp` always uses TCP. @default 'udp' */
  readonly transport?: Transport;
  /** Time limit of one attempt, in ms. @default 2_000 */
  readonly timeoutMs?: number;
  /** How often each server is asked before a refresh fails, if it is silent; any other failure counts at once. @default 2 */
  readonly tries?: number;
  /** The shortest time between two refreshes, in ms; also that between checks of an answer in doubt. @default 1_000 */
  readonly minTtlMs?: number;
  /** The longest, in ms: a larger TTL counts as this. @default 300_000 */
  readonly maxTtlMs?: number;
  /** The time between refreshes when the TTL is 0 or unknown, in ms. @default 5_000, as in Envoy */
  readonly defaultTtlMs?: number;
  /**
   * For DNS servers that return another part of the endpoints each time: the endpoints are the union of the answers of a window,
   * whose length is `obsoleteHoldMs`. @default false
   */
  readonly logical?: boolean;
  /**
   * How long an endpoint stays that answers do not have any more, in ms; checked at each refresh.
   * @default 0; with `logical` 60_000, or three TTLs when that is more
   */
  readonly obsoleteHoldMs?: number;
  /**
   * How long "no such name" or "no such record" is not believed where there were endpoints before, in ms; they stay in use
   * meanwhile. @default 30_000
   */
  readonly emptyHoldMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** For jitter. @default Math.random */
  readonly random?: Random;
}

/** Every option settled. */
export interface Settings {
  /** SRV when there is no port. */
  readonly name: string;
  readonly port: number | undefined;
  readonly family: AddressFamily;
  /** Undefined: those of the system. */
  readonly servers: readonly ServerAddress[] | undefined;
  readonly transport: Transport;
  readonly timeoutMs: number;
  readonly tries: number;
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  readonly defaultTtlMs: number;
  readonly logical: boolean;
  readonly obsoleteHoldMs: number | undefined;
  readonly emptyHoldMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** The longest refresh that a timer can wait for, in ms. */
const MAX_WAIT_MS = 86_400_000;
/** A floor below ten refreshes a second, whatever the zone says. */
const MIN_WAIT_MS = 100;

/** @throws InvalidOptionsError naming the first option that is missing or out of its range */
export function resolveOptions(options: DnsDiscoveryOptions): Settings {
  const { srv, name, port, servers, clock = systemClock, random = Math.random } = options;
  if ((srv === undefined) === (name === undefined)) {
    throw new InvalidOptionsError('srv', srv, 'either `srv`, or `name` and `port`');
  }
  const minTtlMs = numberOption('minTtlMs', options.minTtlMs, 1_000, { min: MIN_WAIT_MS, max: MAX_WAIT_MS });
  return {
    name: srv === undefined ? nameOption('name', name) : nameOption('srv', srv),
    port:
      srv === undefined ? requiredNumber('port', port, { min: 1, max: 65_535, integer: true }) : undefined,
    family: choiceOption('family', options.family, 'auto', ['auto', 'ipv4', 'ipv6', 'both']),
    servers: servers === undefined ? undefined : serversOption(servers),
    transport: choiceOption('transport', options.transport, 'udp', ['udp', 'tcp']),
    timeoutMs: numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1, max: MAX_WAIT_MS }),
    tries: numberOption('tries', options.tries, 2, { min: 1, max: 10, integer: true }),
    minTtlMs,
    maxTtlMs: numberOption('maxTtlMs', options.maxTtlMs, Math.max(300_000, minTtlMs), {
      min: minTtlMs,
      max: MAX_WAIT_MS,
    }),
    defaultTtlMs: numberOption('defaultTtlMs', options.defaultTtlMs, 5_000, {
      min: MIN_WAIT_MS,
      max: MAX_WAIT_MS,
    }),
    logical: options.logical ?? false,
    obsoleteHoldMs:
      options.obsoleteHoldMs === undefined
        ? undefined
        : numberOption('obsoleteHoldMs', options.obsoleteHoldMs, 0),
    emptyHoldMs: numberOption('emptyHoldMs', options.emptyHoldMs, 30_000),
    clock,
    random,
  };
}

function serversOption(servers: unknown): readonly ServerAddress[] {
  if (!Array.isArray(servers) || servers.length === 0) {
    throw new InvalidOptionsError('servers', servers, 'a list of at least one IP address');
  }
  return servers.map((server: unknown, index) => parseServer(server, `servers[${index}]`));
}
