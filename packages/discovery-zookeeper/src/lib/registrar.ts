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
} from '@evenkeel/core/driver';
import { zookeeperClient } from './client.ts';
import {
  CONNECTION_KEYS,
  connectionSettings,
  type ZookeeperConnectionOptions,
} from './connection-options.ts';
import { ephemeralEntry } from './ephemeral-entry.ts';
import { writeRecord } from './record.ts';
import { checkName, type ServicePathOptions, servicePath } from './service-path.ts';
import { CREATOR_ACL, OPEN_ACL } from './wire/acl.ts';

/** Which endpoint is registered, as what, and where. */
export interface ZookeeperRegistrarOptions
  extends ZookeeperConnectionOptions,
    ServicePathOptions,
    HeartbeatOptions,
    AnnouncementOptions {}

const KEYS: KnownKeys<ZookeeperRegistrarOptions> = {
  ...CONNECTION_KEYS,
  base: true,
  service: true,
  ...ANNOUNCEMENT_KEYS,
  ...HEARTBEAT_KEYS,
};

const MAX_ID_LENGTH = 512;
/** A server closes the connection at a request of more than 1 MiB (`jute.maxbuffer`), which a change of two records is. */
const MAX_RECORD_BYTES = 400_000;

/**
 * A registrar that keeps one endpoint in ZooKeeper as an ephemeral node, in the format of Apache Curator. Its session
 * lasts `ttlMs` without contact, within the bounds of the server.
 *
 * Of two with the same id the later one takes the place; the earlier one has it back when that leaves.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function zookeeperRegistrar(options: ZookeeperRegistrarOptions): Registrar {
  checkKeys('', options, KEYS);
  const place = connectionSettings(options);
  const { path, parents } = servicePath(options);
  const endpoint = announcedEndpoint(options);
  checkName('id', endpoint.id, MAX_ID_LENGTH);
  const record = writeRecord(endpoint, {
    service: options.service,
    version: options.version,
    tags: options.tags,
    registeredAt: Date.now(),
  });
  if (record.leaving.length > MAX_RECORD_BYTES) {
    const size = `${record.leaving.length} bytes with the rest of the record`;
    throw new InvalidOptionsError('metadata', size, `at most ${MAX_RECORD_BYTES} bytes`);
  }
  const { clock, random, ttlMs, timeoutMs } = heartbeatSettings(options);
  const entry = ephemeralEntry({
    client: zookeeperClient({
      ...place,
      clock,
      random,
      sessionMs: Math.round(ttlMs),
      timeoutMs,
    }),
    node: {
      path: `${path}/${endpoint.id}`,
      parents,
      record,
      acl: place.auth === undefined ? OPEN_ACL : CREATOR_ACL,
    },
  });
  return heartbeatRegistrar(entry, options);
}
