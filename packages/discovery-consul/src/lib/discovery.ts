import { type Discovery, mergeDiscovery } from '@evenkeel/core';
import { discoveryFailure } from '@evenkeel/core/driver';
import { failOpen } from './fail-open.ts';
import type { Follow } from './follow.ts';
import { followQuery } from './follow-query.ts';
import { followService } from './follow-service.ts';
import { createInterrupts } from './interrupts.ts';
import { openLink } from './link.ts';
import { createMailbox } from './mailbox.ts';
import { type ConsulDiscoveryOptions, discoverySettings, type Settings } from './options.ts';
import { createPace, type Pace } from './pace.ts';
import { probeLeader } from './probe-leader.ts';
import type { RecordContext } from './record.ts';
import { createView } from './view.ts';

/** Datacenters are further apart than the priorities within one. */
const PRIORITIES_PER_DATACENTER = 10;

/**
 * A discovery of the endpoints of a service in Consul, or of a prepared query.
 *
 * ```ts
 * consulDiscovery({ address: '127.0.0.1:8500', service: 'orders' });
 * consulDiscovery({ address: '127.0.0.1:8500', service: 'orders', datacenters: ['eu', 'us'] });
 * consulDiscovery({ address: '127.0.0.1:8500', query: 'orders-nearest' });
 * ```
 *
 * Health is judged here: a passing endpoint has the weight `Weights.Passing`, one with a warning
 * `Weights.Warning`, and one that is critical or in maintenance 0, which drains it.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range; a watch throws DiscoveryError
 */
export function consulDiscovery(options: ConsulDiscoveryOptions): Discovery {
  const settings = discoverySettings(options);
  const { datacenters, clock, random } = settings;
  const all = datacenters.map((datacenter, index) =>
    oneDatacenter(
      settings,
      datacenter,
      options.datacenters === undefined ? {} : contextOf(datacenter, index),
    ),
  );
  const [only] = all;
  const discovery = only !== undefined && all.length === 1 ? only : mergeDiscovery(all, { clock, random });
  return { watch: (watch) => failOpen(discovery.watch(watch), watch.onEvent) };
}

function contextOf(datacenter = '', index: number): RecordContext {
  return {
    idPrefix: `${datacenter}/`,
    rank: (priority) => index * PRIORITIES_PER_DATACENTER + Math.min(priority, PRIORITIES_PER_DATACENTER - 1),
  };
}

function oneDatacenter(
  settings: Settings,
  datacenter: string | undefined,
  context: RecordContext,
): Discovery {
  const { place, scope, source, clock, timeoutMs } = settings;
  const where = `consul ${place.name}, ${source.kind} "${source.name}"${datacenter === undefined ? '' : ` in ${datacenter}`}`;
  // A watch that failed hands it on: what is subscribed again and again is as slow as what goes on.
  let usedPace: Pace | undefined;

  return {
    async *watch({ signal, onEvent }) {
      if (signal.aborted) return;
      const own = new AbortController();
      const box = createMailbox();
      const pace = usedPace ?? createPace(clock);
      usedPace = undefined;
      let leaderless = false;
      const link = openLink({ place, clock, timeoutMs, ...scope });
      const follow: Follow = {
        settings,
        datacenter,
        link,
        pace,
        box,
        signal: own.signal,
        interrupts: createInterrupts(),
        isLeaderless: () => leaderless,
        view: createView((message) => onEvent?.({ type: 'snapshotRejected', message })),
      };
      const onAbort = (): void => {
        own.abort(signal.reason);
        box.fail(signal.reason);
      };
      const onLeader = (isThere: boolean): void => {
        const isLoss = !isThere && !leaderless;
        leaderless = !isThere;
        if (!isLoss) return;
        const doubtful = follow.view.doubt();
        if (doubtful !== undefined) box.put(doubtful);
        // From now on it waits for shorter, until an answer is a current one again.
        follow.interrupts.interrupt();
      };

      signal.addEventListener('abort', onAbort, { once: true });
      const following = source.kind === 'service' ? followService(follow, context) : followQuery(follow);
      const parts = [following, probeLeader(follow, onLeader)];
      for (const part of parts) part.catch((error: unknown) => box.fail(error));
      try {
        for (;;) yield await box.take();
      } catch (error) {
        if (signal.aborted) return;
        usedPace = pace;
        throw discoveryFailure(where, error);
      } finally {
        signal.removeEventListener('abort', onAbort);
        own.abort();
        await Promise.allSettled(parts);
        link.close();
      }
    },
  };
}
