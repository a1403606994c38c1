import { type Cluster, createCluster, type Strategy, seededRandom } from '@evenkeel/core';
import { type ManualClock, manualClock, manualDiscovery, settle } from '@evenkeel/core/testing';
import { heapInUse } from '../lib/heap.ts';
import { endpointChurn } from './endpoint-churn.ts';
import { countLost } from './survivors.ts';
import { traffic } from './traffic.ts';
import { watchedStrategy } from './watched-strategy.ts';

export interface ChurnOptions {
  readonly strategy: Strategy;
  readonly endpoints: number;
  /** Share of the endpoints that is replaced each virtual second, 0–1. */
  readonly churnRatio: number;
  /** Virtual time, in seconds. */
  readonly seconds: number;
  /** Picks in each virtual second. */
  readonly picksPerSecond: number;
  /** How often the heap is measured, in virtual seconds. */
  readonly heapEverySeconds: number;
}

export interface ChurnResult {
  readonly departures: number;
  /** Endpoints that the cluster knows at the end. */
  readonly known: number;
  readonly survivors: number;
  /** Survivors that lost a counter, a request in flight or their identity. */
  readonly lostSurvivors: number;
  /** Requests in flight at the end, after all have ended. */
  readonly leakedInFlight: number;
  /** Real time from a new snapshot to a cluster that uses it, in ms. */
  readonly updateMs: readonly number[];
  /** Real time of a tenth of a virtual second in which no snapshot came: sweeps and other timers, in ms. */
  readonly timersMs: readonly number[];
  /** Real time of each pick, in ns. */
  readonly pickNs: Float64Array;
  /** Bytes in use after each interval, and how many endpoints had left by then. */
  readonly heap: readonly { readonly second: number; readonly bytes: number; readonly departures: number }[];
}

const STEPS_PER_SECOND = 10;
const STEP_MS = 1_000 / STEPS_PER_SECOND;

/** Runs a cluster through churn on a virtual clock. */
export async function runChurn(options: ChurnOptions): Promise<ChurnResult> {
  const random = seededRandom(1);
  const clock = manualClock();
  const churn = endpointChurn(options.endpoints, random);
  const discovery = manualDiscovery();
  const strategy = watchedStrategy(options.strategy);
  await using cluster = createCluster({ name: 'churn', discovery, strategy, clock, random });
  discovery.push(churn.snapshot());
  await cluster.ready();
  const perStep = Math.ceil(options.picksPerSecond / STEPS_PER_SECOND);
  const load = traffic(cluster, churn.survivors, options.seconds * STEPS_PER_SECOND * perStep, random);
  const updateMs: number[] = [];
  const timersMs: number[] = [];
  const heap: ChurnResult['heap'][number][] = [];
  const perUpdate = Math.round(options.endpoints * options.churnRatio);

  for (let second = 1; second <= options.seconds; second++) {
    churn.change(perUpdate);
    const snapshot = churn.snapshot();
    updateMs.push(
      await timed(async () => {
        discovery.push(snapshot);
        await settle();
      }),
    );
    for (let step = 0; step < STEPS_PER_SECOND; step++) {
      load.step(perStep);
      timersMs.push(await timed(() => advance(clock)));
    }
    if (second % options.heapEverySeconds === 0) {
      heap.push({ second, bytes: heapInUse(), departures: churn.departures });
    }
  }
  const lostSurvivors = countLost(cluster, strategy, load.ledger);
  load.finish();
  return {
    departures: churn.departures,
    known: cluster.inspect().counts.known,
    survivors: churn.survivors.length,
    lostSurvivors,
    leakedInFlight: inFlight(cluster),
    updateMs,
    timersMs,
    pickNs: load.pickNs,
    heap,
  };
}

async function timed(action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

async function advance(clock: ManualClock): Promise<void> {
  clock.advance(STEP_MS);
  await settle();
}

function inFlight(cluster: Cluster): number {
  return cluster.inspect().endpoints.reduce((sum, endpoint) => sum + endpoint.inFlight, 0);
}
