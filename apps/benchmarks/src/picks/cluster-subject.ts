import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cluster,
  createCluster,
  gradientLimit,
  type HealthChecker,
  type Outcome,
  type PickContext,
  type PickResult,
  type Strategy,
  staticDiscovery,
} from '@evenkeel/core';
import { benchEndpoint } from './bench-candidate.ts';
import type { PickLoop, Subject } from './subject.ts';

/** What is measured of a pick: to its end, or with the moment of the first byte in between as well. */
export type PickLife = 'done' | 'responseStarted';

// As many as the adaptive limit leaves open even at its minimum.
const OPEN_PICKS = 4;
const SLOW_START_MS = 1;
const HOUR_MS = 3_600_000;
const SUCCESS: Outcome = { kind: 'success', statusCode: 200 };
const CONTEXT: PickContext = Object.freeze({ attempt: 0 });
const ALWAYS_HEALTHY: HealthChecker = { check: () => Promise.resolve() };

/**
 * Measures `cluster.pick()` and `done()` with everything on: active checks, outlier detection, zones, slow start that is over
 * and an adaptive concurrency limit on each endpoint.
 */
export function clusterSubject(
  name: string,
  strategy: () => Strategy,
  life: PickLife,
  targetNs?: number,
): Subject {
  return {
    name,
    ...(targetNs === undefined ? {} : { targetNs }),
    async prepare(endpoints) {
      const cluster = createCluster({
        name: 'benchmark',
        discovery: staticDiscovery(Array.from({ length: endpoints }, (_, index) => benchEndpoint(index))),
        strategy: strategy(),
        // Each endpoint is checked once; then the checks stay configured and out of the way of the clock.
        healthCheck: { checker: ALWAYS_HEALTHY, intervalMs: HOUR_MS, concurrency: endpoints },
        zone: { local: 'zone-0' },
        slowStart: { windowMs: SLOW_START_MS },
        concurrencyLimit: gradientLimit,
      });
      await cluster.ready();
      await settled(cluster);
      return new ClusterLoop(cluster, life);
    },
  };
}

/** Waits until every endpoint was checked and has warmed up. */
async function settled(cluster: Cluster): Promise<void> {
  for (;;) {
    await sleep(20);
    const { endpoints } = cluster.inspect();
    const ready = endpoints.every(
      ({ health, weight, effectiveWeight }) => health === 'healthy' && weight === effectiveWeight,
    );
    if (ready) return;
  }
}

class ClusterLoop implements PickLoop {
  private readonly cluster: Cluster;
  private readonly life: PickLife;
  private readonly open: PickResult[];
  private turn = 0;

  constructor(cluster: Cluster, life: PickLife) {
    this.cluster = cluster;
    this.life = life;
    this.open = Array.from({ length: OPEN_PICKS }, () => cluster.pick(CONTEXT));
  }

  run(picks: number): number {
    const { cluster, open } = this;
    const started = this.life === 'responseStarted';
    let turn = this.turn;
    let sum = 0;
    for (let i = 0; i < picks; i++) {
      const slot = turn++ & (OPEN_PICKS - 1);
      const ended = open[slot] as PickResult;
      if (started) ended.responseStarted();
      ended.done(SUCCESS);
      const picked = cluster.pick(CONTEXT);
      sum += picked.endpoint.port;
      open[slot] = picked;
    }
    this.turn = turn & (OPEN_PICKS - 1);
    return sum;
  }
}
