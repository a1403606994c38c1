import { DiscoveryError } from '../errors.ts';
import type { RegistryCall, RegistryEntry } from './registry-entry.ts';

/** A registry with room for one endpoint, which fails, hangs and forgets as a test says. */
export interface FakeEntry extends RegistryEntry {
  /** What was called, in order. */
  readonly calls: ('put' | 'beat' | 'remove')[];
  present: boolean;
  mode: 'works' | 'fails' | 'hangs';
  /** Lets calls that hang go on. */
  release(): void;
}

/** Makes one that works. */
export function fakeEntry(): FakeEntry {
  let waiting: (() => void)[] = [];
  const call = async (name: 'put' | 'beat' | 'remove', apply: () => void): Promise<void> => {
    entry.calls.push(name);
    if (entry.mode === 'fails') throw new DiscoveryError('registry down');
    if (entry.mode === 'hangs') await new Promise<void>((resolve) => waiting.push(resolve));
    apply();
  };
  const entry: FakeEntry = {
    calls: [],
    present: false,
    mode: 'works',
    release() {
      for (const go of waiting) go();
      waiting = [];
    },
    put: (_call: RegistryCall) =>
      call('put', () => {
        entry.present = true;
      }),
    async beat() {
      await call('beat', () => {});
      return entry.present ? 'known' : 'unknown';
    },
    remove: () =>
      call('remove', () => {
        entry.present = false;
      }),
  };
  return entry;
}
