import { type Discovery, heartbeatRegistrar, type Registrar, type RegistrarEvent } from '@evenkeel/core';
import { manualDiscovery } from '@evenkeel/core/testing';
import { describe, expect, it } from 'vitest';
import { churnWatches } from './churn-watches.ts';
import { follow } from './follow.ts';
import { publisher } from './publisher.ts';
import { registerAll } from './register-all.ts';
import { until, untilState } from './until.ts';
import { watchedCluster } from './watched-cluster.ts';

/** Registrars of a registry that is a set of names. */
function registry() {
  const names = new Set<string>();
  const registrar = (name: string, onEvent: (event: RegistrarEvent) => void = () => {}): Registrar =>
    heartbeatRegistrar(
      {
        put: async () => void names.add(name),
        beat: async () => 'known',
        remove: async () => void names.delete(name),
      },
      { onEvent },
    );
  return { names, registrar };
}

describe('until', () => {
  it('waits for what comes true, and says what did not', async () => {
    let calls = 0;
    await until(async () => ++calls === 3);
    expect(calls).toBe(3);
    await expect(until(() => calls === 0, 10)).rejects.toThrow(/not within 10 ms: .*calls === 0/);
  });
});

describe('follow', () => {
  it('reads until the addresses are there in any order, and remembers all that it read', async () => {
    const discovery = manualDiscovery(['a:1']);
    const watch = follow(discovery);
    await watch.until(['a:1']);
    const both = watch.until(['a:1', 'b:2']);
    discovery.push(['b:2', 'a:1']);
    expect((await both).endpoints).toHaveLength(2);
    expect(watch.snapshots.map(({ endpoints }) => endpoints.length)).toEqual([1, 2]);
    await watch.close();
    await expect(watch.until(['a:1'])).rejects.toThrow('the watch ended');
    expect(discovery.watchers).toBe(0);
  });

  it('gives the error that a watch ends with, and the events before', async () => {
    const failing: Discovery = {
      async *watch({ onEvent }) {
        onEvent?.({ type: 'snapshotRejected', message: 'odd' });
        yield { endpoints: [] };
        throw new Error('down');
      },
    };
    const watch = follow(failing);
    expect((await watch.failure()).message).toBe('down');
    expect(watch.messages).toEqual(['odd']);
    await expect(watch.failure()).rejects.toThrow('ended without an error');
  });

  it('does not take it for an end when a watch goes on after its abort', async () => {
    const deaf: Discovery = { watch: () => manualDiscovery(['a:1']).watch(new AbortController()) };
    await expect(follow(deaf).close()).rejects.toThrow('the watch did not end');
  });
});

describe('publisher', () => {
  it('makes exactly the addresses registered, and none in the end', async () => {
    const { names, registrar } = registry();
    const { publish, close } = publisher((address) => registrar(address));
    await publish(['a:1', 'b:2']);
    await publish(['b:2', 'c:3']);
    expect([...names]).toEqual(['b:2', 'c:3']);
    await close();
    expect(names.size).toBe(0);
  });
});

describe('registerAll', () => {
  it('registers endpoints until it is disposed of, and hears their events', async () => {
    const { names, registrar } = registry();
    {
      await using crowd = await registerAll(3, (port, onEvent) => registrar(`a:${port}`, onEvent));
      expect([...names]).toEqual(['a:1', 'a:2', 'a:3']);
      expect(crowd.events.map(({ type }) => type)).toEqual(['registered', 'registered', 'registered']);
    }
    expect(names.size).toBe(0);
  });
});

describe('watchedCluster', () => {
  it('remembers how few endpoints it ever had', async () => {
    const discovery = manualDiscovery(['b:1', 'a:1']);
    await using cluster = watchedCluster(discovery);
    expect(cluster.smallest()).toBe(Number.POSITIVE_INFINITY);
    await cluster.ready();
    await untilState(cluster, 'live');
    expect(cluster.ids()).toEqual(['a:1', 'b:1']);
    expect(cluster.smallest()).toBe(2);
    discovery.push(['a:1']);
    await until(() => cluster.ids().length === 1);
    discovery.push(['a:1', 'c:1', 'd:1']);
    await until(() => cluster.ids().length === 3);
    expect(cluster.smallest()).toBe(1);
  });
});

describe('churnWatches', () => {
  it('ends a thousand watches in four ways', async () => {
    const discovery = manualDiscovery(['a:1']);
    const signals: AbortSignal[] = [];
    const watch: Discovery['watch'] = (options) => {
      signals.push(options.signal);
      return discovery.watch(options);
    };
    expect(await churnWatches({ watch })).toBeGreaterThan(0);
    expect(signals).toHaveLength(1_000);
    expect(signals.filter(({ aborted }) => aborted)).toHaveLength(500);
    expect(discovery.watchers).toBe(0);
  });

  it('rejects a watch that goes on', async () => {
    const endless: Discovery = {
      watch: () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ value: { endpoints: [] }, done: false }) as const,
        }),
      }),
    };
    await expect(churnWatches(endless)).rejects.toThrow('goes on after its end');
  });
});
