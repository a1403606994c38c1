import { randomBytes } from 'node:crypto';
import {
  checkKeys,
  type EndpointInput,
  type HeartbeatOptions,
  heartbeatRegistrar,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  type Registrar,
  systemClock,
  toEndpoint,
} from '@evenkeel/core';
import { openClient } from './client.ts';
import { CONNECTION_KEYS, type EtcdConnectionOptions, etcdPlace } from './connection-options.ts';
import { type EtcdKeyOptions, serviceKeys } from './keys.ts';
import { leasedEntry } from './leased-entry.ts';
import { writeRecord } from './record.ts';
import { createRotation } from './rotation.ts';

/** Which endpoint is registered, as what, and where. */
export interface EtcdRegistrarOptions
  extends EtcdConnectionOptions,
    EtcdKeyOptions,
    HeartbeatOptions,
    EndpointInput {
  /** Of the program; clients see it as metadata `version`. @default none */
  readonly version?: string;
  /** Clients see them as metadata `tags`, joined by commas. @default [] */
  readonly tags?: readonly string[];
}

const KEYS: KnownKeys<EtcdRegistrarOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  prefix: true,
  address: true,
  host: true,
  port: true,
  id: true,
  weight: true,
  priority: true,
  zone: true,
  metadata: true,
  version: true,
  tags: true,
  ttlMs: true,
  timeoutMs: true,
  drainDelayMs: true,
  failFast: true,
  onEvent: true,
  clock: true,
  random: true,
};

/**
 * A registrar that keeps one endpoint in etcd under a lease. Several processes may run it for one service;
 * of two with the same id the later one counts.
 *
 * etcd counts leases in whole seconds: `ttlMs` is rounded up, and a cluster may have a minimum of its own.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function etcdRegistrar(options: EtcdRegistrarOptions): Registrar {
  checkKeys('', options, KEYS);
  const place = etcdPlace(options);
  const keys = serviceKeys(options);
  const endpoint = toEndpoint(options);
  const { id } = endpoint;
  if (typeof id !== 'string' || id === '' || id.length > 512 || !id.isWellFormed() || /[/\p{Cc}]/u.test(id)) {
    throw new InvalidOptionsError('id', id, '1 to 512 characters, no slash or control character');
  }
  const { clock = systemClock, random = Math.random } = options;
  const timeoutMs = numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1 });
  const rotation = createRotation(place.origins, random);
  const client = openClient({ place, rotation, clock, timeoutMs });
  const entry = leasedEntry({
    client,
    keys,
    clock,
    id,
    record: writeRecord(endpoint, options),
    lease: randomLease(),
  });
  return heartbeatRegistrar(entry, options);
}

/** An id from 1 to 2^63 - 1, which nobody else draws. */
function randomLease(): string {
  return String((randomBytes(8).readBigUInt64BE() >> 1n) | 1n);
}
