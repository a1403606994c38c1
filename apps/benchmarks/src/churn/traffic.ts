import type { Cluster, Outcome, PickContext, PickResult, Random } from '@evenkeel/core';

/** Requests on a virtual clock, with a ledger of its own to compare with the cluster's. */
export interface Traffic {
  /** What each pick took on the real clock, in ns. */
  readonly pickNs: Float64Array;
  /** Picks that ended, by endpoint; of the endpoints that are watched only. */
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  /** Starts so many requests, and ends those that were started two steps ago. */
  step(picks: number): void;
  /** Ends all that is still open. */
  finish(): void;
}

export interface LedgerEntry {
  successes: number;
  failures: number;
}

const FAILURE_RATIO = 0.01;
const STEPS_IN_FLIGHT = 2;
const KEYS = 4_096;
const SUCCESS: Outcome = { kind: 'success', statusCode: 200 };
const FAILURE: Outcome = { kind: 'failure', statusCode: 503 };

/**
 * @param watched ids of the endpoints whose outcomes are counted
 * @param total how many picks there will be: room for their times is made now, so that the heap shows the cluster alone
 */
export function traffic(
  cluster: Cluster,
  watched: readonly string[],
  total: number,
  random: Random,
): Traffic {
  const ledger = new Map<string, LedgerEntry>(watched.map((id) => [id, { successes: 0, failures: 0 }]));
  const contexts = Array.from({ length: KEYS }, (_, index): PickContext => ({ hashKey: `user-${index}` }));
  const open: PickResult[][] = [];
  const pickNs = new Float64Array(total);
  let count = 0;

  const end = (pick: PickResult): void => {
    const failed = random() < FAILURE_RATIO;
    pick.responseStarted();
    pick.done(failed ? FAILURE : SUCCESS);
    const entry = ledger.get(pick.endpoint.id);
    if (entry === undefined) return;
    if (failed) entry.failures++;
    else entry.successes++;
  };

  return {
    pickNs,
    ledger,
    step(picks) {
      const started: PickResult[] = [];
      for (let i = 0; i < picks; i++) {
        const context = contexts[Math.floor(random() * KEYS)];
        const start = performance.now();
        const pick = cluster.pick(context);
        pickNs[count++] = (performance.now() - start) * 1e6;
        started.push(pick);
      }
      open.push(started);
      if (open.length > STEPS_IN_FLIGHT) open.shift()?.forEach(end);
    },
    finish() {
      for (const started of open.splice(0)) started.forEach(end);
    },
  };
}
