import type { KeyValueStore } from '../store/key-value-store.ts';
import { memoryKeyValueStore } from '../store/memory-key-value-store.ts';

/** How a fake store behaves. */
export type Mood = 'well' | 'rejects' | 'throws' | 'hangs' | 'ignoresAborts' | 'rubbish';

/** A store whose behaviour a test chooses. */
export interface FakeDriver extends KeyValueStore {
  mood: Mood;
  /** Names of the calls so far. */
  readonly calls: string[];
}

/** Makes a store in memory that can be made to fail. */
export function fakeDriver(inner: KeyValueStore = memoryKeyValueStore()): FakeDriver {
  const calls: string[] = [];
  const act = async <T>(
    name: string,
    signal: AbortSignal,
    work: () => Promise<T>,
    rubbish: T,
  ): Promise<T> => {
    calls.push(name);
    if (driver.mood === 'rejects') throw new Error('the store is broken');
    if (driver.mood === 'rubbish') return rubbish;
    if (driver.mood === 'ignoresAborts') return new Promise<T>(() => {});
    if (driver.mood === 'hangs') {
      return new Promise<T>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    return work();
  };
  const thrown = (): void => {
    if (driver.mood === 'throws') throw new Error('the store throws');
  };
  const driver: FakeDriver = {
    name: 'fake',
    mood: 'well',
    calls,
    maxValueBytes: inner.maxValueBytes,
    getMany(keys, options) {
      thrown();
      const rubbish = keys.map(() => Buffer.from('rubbish'));
      return act('getMany', options.signal, () => inner.getMany(keys, options), rubbish);
    },
    set(key, value, options) {
      thrown();
      return act('set', options.signal, () => inner.set(key, value, options), undefined);
    },
    add(key, value, options) {
      thrown();
      return act('add', options.signal, () => inner.add(key, value, options), false);
    },
    delete(key, options) {
      thrown();
      return act('delete', options.signal, () => inner.delete(key, options), undefined);
    },
    close: async () => {},
  };
  return driver;
}
