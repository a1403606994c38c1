import { describe, expect, it } from 'vitest';
import { testKeyValueStore } from '../contract/test-key-value-store.ts';
import { memoryKeyValueStore } from './memory-key-value-store.ts';

describe('contract', () => {
  const shared = memoryKeyValueStore();
  // `close` of the store of a process would empty it for all.
  testKeyValueStore({ test: it, make: () => ({ ...shared, close: async () => {} }) });
});

it('forgets what was used least recently when it is full', async () => {
  const store = memoryKeyValueStore({ maxBytes: 1_000 });
  const options = { ttlMs: 1_000, signal: new AbortController().signal };
  for (const key of ['a', 'b']) await store.set(key, Buffer.alloc(300), options);
  await store.getMany(['a'], options);
  await store.set('c', Buffer.alloc(300), options);
  const kept = await store.getMany(['a', 'b', 'c'], options);
  expect(kept.map((value) => value?.length)).toEqual([300, undefined, 300]);
});
