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
    EndpointInput {
  /** Of the program; clients see it as metadata `version`. @default none */
  readonly version?: string;
  /** Clients see them as metadata `tags`, joined by commas. @default [] */
  readonly tags?: readonly string[];
}

const KEYS: KnownKeys<ZookeeperRegistrarOptions> = {
  ...CONNECTION_KEYS,
  base: true,
  service: true,
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
  const { clock = systemClock, random = Math.random, version, tags } = options;
  const place = connectionSettings(options);
  const { path, parents } = servicePath(options);
  const endpoint = toEndpoint(options);
  checkName('id', endpoint.id, MAX_ID_LENGTH);
  const record = writeRecord(endpoint, {
    service: options.service,
    version,
    tags,
    registeredAt: Date.now(),
  });
  if (record.leaving.length > MAX_RECORD_BYTES) {
    const size = `${record.leaving.length} bytes with the rest of the record`;
    throw new InvalidOptionsError('metadata', size, `at most ${MAX_RECORD_BYTES} bytes`);
  }
  const ttlMs = numberOption('ttlMs', options.ttlMs, 15_000, { min: 300, max: 86_400_000 });
  const entry = ephemeralEntry({
    client: zookeeperClient({
      ...place,
      clock,
      random,
      sessionMs: Math.round(ttlMs),
      timeoutMs: numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1 }),
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
