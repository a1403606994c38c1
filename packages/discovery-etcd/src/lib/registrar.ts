import { randomBytes } from 'node:crypto';
import {
  checkKeys,
  type HeartbeatOptions,
  heartbeatRegistrar,
  InvalidOptionsError,
  type KnownKeys,
  type Registrar,
} from '@evenkeel/core';
import {
  ANNOUNCEMENT_KEYS,
  type AnnouncementOptions,
  announcedEndpoint,
  HEARTBEAT_KEYS,
  heartbeatSettings,
  writeRecord,
} from '@evenkeel/core/driver';
import { openClient } from './client.ts';
import { CONNECTION_KEYS, type EtcdConnectionOptions, etcdPlace } from './connection-options.ts';
import { type EtcdKeyOptions, serviceKeys } from './keys.ts';
import { leasedEntry } from './leased-entry.ts';
import { createRotation } from './rotation.ts';

/** Which endpoint is registered, as what, and where. */
export interface EtcdRegistrarOptions
  extends EtcdConnectionOptions,
    EtcdKeyOptions,
    HeartbeatOptions,
    AnnouncementOptions {}

const KEYS: KnownKeys<EtcdRegistrarOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  prefix: true,
  ...ANNOUNCEMENT_KEYS,
  ...HEARTBEAT_KEYS,
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
  const endpoint = announcedEndpoint(options);
  const { id } = endpoint;
  if (!id.isWellFormed() || id.includes('/')) {
    throw new InvalidOptionsError('id', id, '1 to 512 characters, no slash or control character');
  }
  const { clock, random, timeoutMs } = heartbeatSettings(options);
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
