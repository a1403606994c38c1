import { checkKeys, numberOption } from '@evenkeel/core';
import type { KeyValueStore, MessageListener } from './key-value-store.ts';
import { Lru } from './lru.ts';

/** Options of {@link memoryKeyValueStore}. */
export interface MemoryKeyValueStoreOptions {
  /** Bytes of all values together. @default 67,108,864 (64 MiB) */
  readonly maxBytes?: number;
  /** The time by which values expire, in ms. @default `Date.now` */
  readonly now?: () => number;
}

interface Kept {
  readonly bytes: Buffer;
  readonly until: number;
}

const OVERHEAD_BYTES = 128;

/**
 * A key-value store in the memory of this process: several caches that are given the same one share what they store.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function memoryKeyValueStore(options: MemoryKeyValueStoreOptions = {}): KeyValueStore {
  checkKeys('', options, { maxBytes: true, now: true });
  const maxBytes = numberOption('maxBytes', options.maxBytes, 64 * 1_024 * 1_024, { min: 1, integer: true });
  const now = options.now ?? Date.now;
  const kept = new Lru<Kept>(maxBytes);
  const listeners = new Set<MessageListener>();

  const read = (key: string): Kept | undefined => {
    const found = kept.get(key);
    if (found === undefined || found.until > now()) return found;
    kept.delete(key);
    return undefined;
  };
  const write = (key: string, value: Buffer, ttlMs: number): void => {
    kept.set(
      key,
      { bytes: Buffer.from(value), until: now() + ttlMs },
      value.length + key.length + OVERHEAD_BYTES,
    );
  };

  return {
    name: 'memory',
    maxValueBytes: maxBytes,
    async getMany(keys, { signal }) {
      signal.throwIfAborted();
      return keys.map((key) => read(key)?.bytes);
    },
    async set(key, value, { ttlMs, signal }) {
      signal.throwIfAborted();
      write(key, value, ttlMs);
    },
    async add(key, value, { ttlMs, signal }) {
      signal.throwIfAborted();
      if (read(key) !== undefined) return false;
      write(key, value, ttlMs);
      return true;
    },
    async delete(key, { signal }) {
      signal.throwIfAborted();
      kept.delete(key);
    },
    async publish(message, { signal }) {
      signal.throwIfAborted();
      for (const listener of listeners) listener.onMessage(message);
    },
    subscribe(listener) {
      listeners.add(listener);
      listener.onLive(true);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async close() {
      kept.clear();
      listeners.clear();
    },
  };
}
