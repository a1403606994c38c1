import type { GuardSettings } from './resolve-guard-options.ts';

/** Keeps endpoints out for a while that join and leave all the time: each join costs connections and a slow start. */
export interface FlapFilter {
  /** Endpoints under penalty and when it ends, whether present or not. */
  readonly out: ReadonlyMap<string, number>;
  /** Takes a join; puts the endpoint under penalty when it was one too many. */
  joined(id: string, now: number): void;
  left(id: string, now: number): void;
  /** Ends a penalty early. */
  lift(id: string): void;
  /** Ends the penalties whose time is over, and returns their ids. Call it now and then: it also forgets the calm. */
  release(now: number): readonly string[];
  /** When the next penalty ends, `Infinity` without any. */
  nextRelease(): number;
}

interface FlapRecord {
  /** Times of the last joins and leaves, at most one more than the limit. */
  readonly times: number[];
  penalties: number;
}

/**
 * Makes the filter. Only endpoints that moved within the window cost memory. Penalties double in the manner of BGP
 * route flap damping (RFC 2439), and are forgotten after one calm window.
 */
export function flapFilter(
  settings: Pick<GuardSettings, 'flapLimit' | 'flapWindowMs' | 'flapPenaltyMs' | 'flapPenaltyMaxMs'>,
): FlapFilter {
  const { flapLimit, flapWindowMs, flapPenaltyMs, flapPenaltyMaxMs } = settings;
  // In order of the last move, so that forgetting looks at the old ones only.
  const records = new Map<string, FlapRecord>();
  const out = new Map<string, number>();

  const isOld = ({ times }: FlapRecord, now: number): boolean => (times.at(-1) ?? now) <= now - flapWindowMs;
  const isCalm = (id: string, record: FlapRecord, now: number): boolean => isOld(record, now) && !out.has(id);
  const forgetCalm = (now: number): void => {
    for (const [id, record] of records) {
      if (!isOld(record, now)) return;
      if (isCalm(id, record, now)) records.delete(id);
    }
  };
  const moved = (id: string, now: number): FlapRecord => {
    const known = records.get(id);
    const record = known === undefined || isCalm(id, known, now) ? { times: [], penalties: 0 } : known;
    records.delete(id);
    records.set(id, record);
    record.times.push(now);
    if (record.times.length > flapLimit + 1) record.times.shift();
    return record;
  };

  return {
    out,
    joined(id, now) {
      if (flapLimit === 0) return;
      const record = moved(id, now);
      const [first = now] = record.times;
      if (out.has(id) || record.times.length <= flapLimit || first <= now - flapWindowMs) return;
      out.set(id, now + Math.min(flapPenaltyMaxMs, flapPenaltyMs * 2 ** record.penalties));
      record.penalties++;
    },
    left(id, now) {
      if (flapLimit > 0) moved(id, now);
    },
    lift: (id) => void out.delete(id),
    release(now) {
      const released: string[] = [];
      for (const [id, until] of out) if (until <= now) released.push(id);
      for (const id of released) out.delete(id);
      forgetCalm(now);
      return released;
    },
    nextRelease() {
      let next = Number.POSITIVE_INFINITY;
      for (const until of out.values()) next = Math.min(next, until);
      return next;
    },
  };
}
