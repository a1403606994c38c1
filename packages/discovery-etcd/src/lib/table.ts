import { DiscoveryError, type Endpoint, type Snapshot } from '@evenkeel/core';
import type { RangeResult } from './client.ts';
import type { KeyValue, WatchEvent } from './decode.ts';
import type { ServiceKeys } from './keys.ts';
import { readRecord } from './record.ts';

/** What etcd has of one service, kept up to date by events. */
export interface Table {
  /** Up to where everything was seen. */
  readonly revision: bigint;
  /** How many keys there are, also those that are no endpoints. */
  readonly size: number;
  /** Whether nobody is registered. */
  readonly isEmpty: boolean;
  /** Takes changes; false when they change no snapshot. */
  apply(events: readonly WatchEvent[]): boolean;
  /**
   * All endpoints, and who deregistered since the last snapshot. A record that did not change is the same
   * object.
   *
   * @throws DiscoveryError when there are records and none can be read
   */
  snapshot(): Snapshot;
}

interface Entry {
  readonly text: string | undefined;
  readonly endpoint: Endpoint | undefined;
  /** False for what is kept here besides. */
  readonly isRecord: boolean;
}

/**
 * Makes one of a listing.
 *
 * @param onProblem takes records that make no sense, each once
 */
export function createTable(
  keys: ServiceKeys,
  listed: RangeResult,
  onProblem: (message: string) => void,
): Table {
  const entries = new Map<string, Entry>();
  const left = new Set<string>();
  let revision = listed.header.revision;
  let epoch: string | undefined;
  let records = 0;

  const parse = ({ key, value }: KeyValue): Endpoint | undefined => {
    const id = key?.startsWith(keys.base) === true ? key.slice(keys.base.length) : undefined;
    try {
      if (id === undefined) throw new Error('its key is none of this service');
      if (id === '' || id.includes('/')) throw new Error('its key is no <prefix>/<service>/<id>');
      if (value === undefined) throw new Error('it is no text');
      return readRecord(id, value);
    } catch (error) {
      onProblem(
        `record of ${JSON.stringify(id ?? key ?? 'a key that is no text')} left out: ${(error as Error).message}`,
      );
      return undefined;
    }
  };
  const put = (kv: KeyValue): boolean => {
    const { rawKey, key, value: text } = kv;
    const before = entries.get(rawKey);
    if (before !== undefined && before.text === text) return false;
    const isRecord = key !== keys.epoch && key !== keys.left;
    if (key === keys.epoch) epoch = text;
    if (isRecord) records++;
    if (before?.isRecord === true) records--;
    entries.set(rawKey, { text, endpoint: isRecord ? parse(kv) : undefined, isRecord });
    return true;
  };
  const remove = ({ rawKey }: KeyValue): boolean => {
    const isRecord = entries.get(rawKey)?.isRecord === true;
    entries.delete(rawKey);
    if (isRecord) records--;
    return isRecord;
  };

  for (const kv of listed.kvs) put(kv);
  return {
    get revision() {
      return revision;
    },
    get size() {
      return entries.size;
    },
    get isEmpty() {
      return records === 0;
    },
    apply(events) {
      let changed = false;
      for (const { type, kv } of events) {
        if (kv.modRevision > revision) revision = kv.modRevision;
        if (type === 'put' && kv.key === keys.left && kv.value !== undefined) left.add(kv.value);
        if (type === 'put' ? put(kv) : remove(kv)) changed = true;
      }
      return changed;
    },
    snapshot() {
      const endpoints: Endpoint[] = [];
      for (const { endpoint } of entries.values()) {
        if (endpoint !== undefined) endpoints.push(endpoint);
      }
      if (records > 0 && endpoints.length === 0) {
        throw new DiscoveryError(`none of ${records} records can be read`);
      }
      // Where no registrar ever was, the cluster is all that names the store.
      const store = epoch ?? (records > 0 ? listed.header.clusterId : undefined);
      const snapshot = { endpoints, revision, ...(store === undefined ? {} : { epoch: store }) };
      // Those that are back have not left.
      for (const { id } of left.size === 0 ? [] : endpoints) left.delete(id);
      const deregistered = [...left];
      left.clear();
      return deregistered.length === 0 ? snapshot : { ...snapshot, deregistered };
    },
  };
}
