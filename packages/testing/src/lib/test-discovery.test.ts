import type { Discovery, Snapshot } from '@evenkeel/core';
import { manualDiscovery } from '@evenkeel/core/testing';
import { describe, expect, it, test } from 'vitest';
import type { RegisterTest } from './register-test.ts';
import { type DiscoveryFixture, testDiscovery } from './test-discovery.ts';

function manual(): DiscoveryFixture {
  const discovery = manualDiscovery();
  return {
    discovery,
    publish: (addresses) => discovery.push(addresses),
    fail: () => discovery.fail(new Error('registry down')),
    openHandles: () => discovery.watchers,
  };
}

/** The names of the suite's tests that fail for a discovery. */
async function failures(change: (fixture: DiscoveryFixture) => Discovery): Promise<string[]> {
  const bodies: [string, () => void | Promise<void>][] = [];
  const register: RegisterTest = (name, body) => bodies.push([name, body]);
  const make = (): DiscoveryFixture => {
    const fixture = manual();
    return { ...fixture, discovery: change(fixture), openHandles: fixture.openHandles as () => number };
  };
  testDiscovery({ test: register, make, timeoutMs: 50 });
  const failed: string[] = [];
  for (const [name, body] of bodies) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

describe('testDiscovery', () => {
  describe('manualDiscovery', () => testDiscovery({ test, make: manual }));

  it('rejects a discovery that goes on after an abort', async () => {
    const failed = await failures(({ discovery }) => ({
      watch: () => discovery.watch({ signal: new AbortController().signal }),
    }));
    expect(failed).toContain(
      'ends soon after an abort, with no error but the abort, and leaves nothing open',
    );
  });

  it('rejects a discovery that swallows failures', async () => {
    const failed = await failures(({ discovery }) => ({
      async *watch(options) {
        try {
          yield* discovery.watch(options);
        } catch {
          // The end of the watch is all that its consumer learns.
        }
      },
    }));
    expect(failed).toEqual(['throws when the registry fails, if the fixture can make it fail']);
  });

  it('rejects a discovery that yields changes instead of snapshots', async () => {
    const failed = await failures(({ discovery }) => ({
      async *watch(options) {
        let known = new Set<string>();
        for await (const { endpoints } of discovery.watch(options)) {
          const added = endpoints.filter((endpoint) => !known.has(endpoint.id));
          known = new Set(endpoints.map((endpoint) => endpoint.id));
          yield { endpoints: added };
        }
      },
    }));
    expect(failed).toContain('yields complete snapshots, not changes');
  });

  it('rejects a discovery that queues snapshots for a slow consumer', async () => {
    const failed = await failures(({ discovery }) => ({
      async *watch(options) {
        const queue: (Snapshot | undefined)[] = [];
        let wake = (): void => {};
        const read = async (): Promise<void> => {
          try {
            for await (const snapshot of discovery.watch(options)) {
              queue.push(snapshot);
              wake();
            }
          } finally {
            queue.push(undefined);
            wake();
          }
        };
        const reader = read().catch(() => {});
        const more = (): Promise<void> =>
          new Promise((resolve) => {
            wake = resolve;
          });
        yield* yieldAll(queue, more);
        await reader;
      },
    }));
    expect(failed).toContain('hands a slow consumer the newest snapshot, not a backlog');
  });
});

async function* yieldAll<T>(queue: (T | undefined)[], more: () => Promise<void>): AsyncGenerator<T> {
  for (;;) {
    while (queue.length === 0) await more();
    const next = queue.shift();
    if (next === undefined) return;
    yield next;
  }
}
