import { Agent } from 'undici';
import { describe, it } from 'vitest';
import { testHttpCache } from './contract/test-http-cache.ts';
import { memoryKeyValueStore } from './store/memory-key-value-store.ts';

const compose: Parameters<typeof testHttpCache>[0]['compose'] = (interceptor) =>
  new Agent().compose(interceptor);

describe('in the memory of one process', () => {
  testHttpCache({ test: it, compose });
});

describe('two instances that share a store', () => {
  let shared = memoryKeyValueStore();
  let made = 0;
  testHttpCache({
    test: it,
    compose,
    makeDriver: () => {
      if (made++ % 2 === 0) shared = memoryKeyValueStore();
      return { ...shared, close: async () => {} };
    },
  });
});
