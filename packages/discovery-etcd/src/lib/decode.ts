import { DiscoveryError } from '@evenkeel/core';
import { isMessage, type Message } from './json-lines.ts';

/** Which store answered, and how far it is. */
export interface Header {
  readonly clusterId: string;
  readonly revision: bigint;
}

/** A key with its value. */
export interface KeyValue {
  /** As sent: base64. Different keys may be the same text, if they are none. */
  readonly rawKey: string;
  /** Undefined when it is no UTF-8. */
  readonly key: string | undefined;
  /** Undefined when it is no UTF-8; empty where only keys were asked for. */
  readonly value: string | undefined;
  readonly modRevision: bigint;
}

/** A change of a key. */
export interface WatchEvent {
  readonly type: 'put' | 'delete';
  readonly kv: KeyValue;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the header of an answer.
 *
 * @throws DiscoveryError when there is none: something else than etcd answered
 */
export function readHeader(message: Message): Header {
  const { header } = message;
  const clusterId = isMessage(header) ? header.cluster_id : undefined;
  if (!isMessage(header) || typeof clusterId !== 'string') throw wrong('header', header);
  const revision = readInt64('header.revision', header.revision);
  if (revision < 1n) throw wrong('header.revision', header.revision);
  return { clusterId, revision };
}

/**
 * Reads a 64-bit integer, which JSON has as text, and leaves out when it is 0.
 *
 * @throws DiscoveryError for anything else
 */
export function readInt64(field: string, value: unknown): bigint {
  if (value === undefined) return 0n;
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return BigInt(value);
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw wrong(field, value);
}

/**
 * Reads one of `kvs`.
 *
 * @throws DiscoveryError when it has no key
 */
export function readKeyValue(value: unknown): KeyValue {
  if (!isMessage(value) || typeof value.key !== 'string') throw wrong('kv', value);
  const { key, value: text = '', mod_revision: modRevision } = value;
  return {
    rawKey: key,
    key: decodeText(key),
    value: typeof text === 'string' ? decodeText(text) : undefined,
    modRevision: readInt64('kv.mod_revision', modRevision),
  };
}

/** Reads a list that is left out when it is empty. */
export function readList<T>(field: string, value: unknown, read: (item: unknown) => T): readonly T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(field, value);
  return value.map(read);
}

/**
 * Reads one of `events`.
 *
 * @throws DiscoveryError for a type that does not exist
 */
export function readEvent(value: unknown): WatchEvent {
  if (!isMessage(value)) throw wrong('event', value);
  const { type = 'PUT', kv } = value;
  if (type !== 'PUT' && type !== 'DELETE') throw wrong('event.type', type);
  return { type: type === 'PUT' ? 'put' : 'delete', kv: readKeyValue(kv) };
}

/** Writes a text as etcd wants keys and values. */
export function encodeText(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function decodeText(base64: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

function wrong(field: string, value: unknown): DiscoveryError {
  const shown = JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
  return new DiscoveryError(`the answer makes no sense: ${field} is ${shown}`);
}
