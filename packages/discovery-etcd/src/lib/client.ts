import { DiscoveryError } from '@evenkeel/core';
import {
  encodeText,
  type Header,
  type KeyValue,
  readEvent,
  readHeader,
  readInt64,
  readKeyValue,
  readList,
  type WatchEvent,
} from './decode.ts';
import { isLeaseGone } from './etcd-error.ts';
import { type GatewayOptions, openGateway } from './gateway.ts';
import { isMessage, type Message } from './json-lines.ts';

/** Keys from `key` to before `rangeEnd`, or one. */
export interface KeyRange {
  readonly key: string;
  readonly rangeEnd?: string;
}

/** What is read. */
export interface RangeRequest extends KeyRange {
  /** Leaves out keys that have not changed since before this revision; they still count. */
  readonly minModRevision?: bigint;
  /** How many keys at most; 0 for all. @default 0 */
  readonly limit?: number;
  readonly keysOnly?: boolean;
  /** Only how many there are. */
  readonly countOnly?: boolean;
}

/** What was read. */
export interface RangeResult {
  readonly header: Header;
  readonly kvs: readonly KeyValue[];
  /** Of all keys in the range, also of those left out. */
  readonly count: number;
}

/** One write of a transaction. A lease takes the key along when it ends. */
export type Write =
  | { readonly put: string; readonly value: string; readonly lease?: string }
  | { readonly delete: string };

/** Writes that happen all or none, at one revision. */
export interface Transaction {
  /** The key is absent, or has this lease. */
  readonly when: { readonly absent: string } | { readonly key: string; readonly lease: string };
  readonly success: readonly Write[];
  /** @default [] */
  readonly failure?: readonly Write[];
}

/** Changes of one moment. */
export interface WatchFrame {
  readonly header: Header;
  /** True for the first frame, which says that the watch stands. */
  readonly created: boolean;
  readonly events: readonly WatchEvent[];
}

/** What is asked of etcd (API v3). Every call throws what {@link Gateway} throws. */
export interface EtcdClient {
  /** How many requests were sent. */
  readonly requests: number;
  /** The member that is asked, for messages. */
  readonly endpoint: string;
  range(request: RangeRequest, signal: AbortSignal): Promise<RangeResult>;
  /** Whether the condition held. */
  transact(transaction: Transaction, signal: AbortSignal): Promise<boolean>;
  /** Makes a lease with an id of the caller's. */
  grantLease(id: string, ttlS: number, signal: AbortSignal): Promise<void>;
  /** False when there is no such lease (any more). */
  keepLeaseAlive(id: string, signal: AbortSignal): Promise<boolean>;
  /** Ends a lease, and its keys with it; one that is not there is no failure. */
  revokeLease(id: string, signal: AbortSignal): Promise<void>;
  /**
   * All changes from a revision on. Throws when the stream ends or is cancelled, also because that revision
   * is compacted.
   */
  watch(
    range: KeyRange & { readonly from: bigint },
    signal: AbortSignal,
  ): AsyncGenerator<WatchFrame, never, void>;
  /** Closes all connections that were opened here. */
  close(): Promise<void>;
}

/** Makes a client; it opens nothing before the first call. */
export function openClient(options: GatewayOptions): EtcdClient {
  const gateway = openGateway(options);
  return {
    get requests() {
      return gateway.requests;
    },
    get endpoint() {
      return gateway.endpoint;
    },
    async range({ minModRevision, limit, keysOnly, countOnly, ...range }, signal) {
      const request = {
        ...toRange(range),
        ...(minModRevision === undefined ? {} : { min_mod_revision: String(minModRevision) }),
        ...(limit === undefined ? {} : { limit: String(limit) }),
        ...(keysOnly === undefined ? {} : { keys_only: keysOnly }),
        ...(countOnly === undefined ? {} : { count_only: countOnly }),
      };
      const answer = await gateway.call('kv/range', request, signal);
      return {
        header: readHeader(answer),
        kvs: readList('kvs', answer.kvs, readKeyValue),
        count: Number(readInt64('count', answer.count)),
      };
    },
    async transact({ when, success, failure = [] }, signal) {
      const request = { compare: [toCompare(when)], success: success.map(toOp), failure: failure.map(toOp) };
      const answer = await gateway.call('kv/txn', request, signal);
      readHeader(answer);
      return answer.succeeded === true;
    },
    async grantLease(id, ttlS, signal) {
      const answer = await gateway.call('lease/grant', { ID: id, TTL: String(ttlS) }, signal);
      if (readInt64('ID', answer.ID) !== BigInt(id)) throw new DiscoveryError('etcd gave another lease');
    },
    async keepLeaseAlive(id, signal) {
      try {
        const result = readResult(await gateway.call('lease/keepalive', { ID: id }, signal));
        return readInt64('TTL', result.TTL) > 0n;
      } catch (error) {
        if (isLeaseGone(error)) return false;
        throw error;
      }
    },
    async revokeLease(id, signal) {
      try {
        await gateway.call('lease/revoke', { ID: id }, signal);
      } catch (error) {
        if (!isLeaseGone(error)) throw error;
      }
    },
    async *watch({ from, ...range }, signal) {
      const request = { create_request: { ...toRange(range), start_revision: String(from) } };
      for await (const message of gateway.stream('watch', request, signal)) {
        yield readFrame(readResult(message));
      }
      throw new DiscoveryError('the watch stream ended');
    },
    close: gateway.close,
  };
}

function toRange({ key, rangeEnd }: KeyRange): Message {
  return { key: encodeText(key), ...(rangeEnd === undefined ? {} : { range_end: encodeText(rangeEnd) }) };
}

function toCompare(when: Transaction['when']): Message {
  if ('absent' in when) {
    return { key: encodeText(when.absent), target: 'CREATE', result: 'EQUAL', create_revision: '0' };
  }
  return { key: encodeText(when.key), target: 'LEASE', result: 'EQUAL', lease: when.lease };
}

function toOp(write: Write): Message {
  if ('delete' in write) return { request_delete_range: { key: encodeText(write.delete) } };
  const { put, value, lease } = write;
  const request = {
    key: encodeText(put),
    value: encodeText(value),
    ...(lease === undefined ? {} : { lease }),
  };
  return { request_put: request };
}

function readResult({ result }: Message): Message {
  if (!isMessage(result)) throw new DiscoveryError('the answer makes no sense: it has no result');
  return result;
}

function readFrame(result: Message): WatchFrame {
  if (result.canceled === true) {
    const compacted = readInt64('compact_revision', result.compact_revision);
    const why = compacted > 0n ? `history up to revision ${compacted} is compacted` : result.cancel_reason;
    throw new DiscoveryError(`etcd cancelled the watch: ${String(why ?? 'no reason given')}`);
  }
  return {
    header: readHeader(result),
    created: result.created === true,
    events: readList('events', result.events, readEvent),
  };
}
