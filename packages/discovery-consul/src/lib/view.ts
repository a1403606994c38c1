import { DiscoveryError, type Endpoint, type Snapshot } from '@evenkeel/core';
import { type Health, type RecordContext, readRecord } from './record.ts';

/** What an answer says beside its records. */
export interface AnswerFacts {
  readonly revision?: bigint;
  readonly stale: boolean;
  /** It comes from another place, or another time of the store: it is told though nothing else differs. */
  readonly isNew?: boolean;
}

/** Turns answers into snapshots: those that say nothing new are none. */
export interface View {
  /** Whether the last snapshot lists nobody, without a doubt. */
  readonly isSurelyEmpty: boolean;
  /**
   * Undefined when nothing changed.
   *
   * @throws DiscoveryError when not one of the records can be read
   */
  take(records: readonly unknown[], facts: AnswerFacts, context?: RecordContext): Snapshot | undefined;
  /** The last snapshot as a stale one; undefined when there is none or it is stale already. */
  doubt(): Snapshot | undefined;
}

interface Known {
  readonly text: string;
  readonly endpoint: Endpoint;
  readonly health: Health;
}

/** Makes a view. A record that cannot be read is told once, not with each answer. */
export function createView(onProblem: (message: string) => void): View {
  let known: ReadonlyMap<string, Known> = new Map();
  let last: Snapshot | undefined;
  let told = new Set<string>();

  const read = (records: readonly unknown[], context: RecordContext | undefined): Map<string, Known> => {
    const next = new Map<string, Known>();
    const problems = new Set<string>();
    for (const [index, record] of records.entries()) {
      try {
        const { endpoint, health } = readRecord(record, context);
        const text = JSON.stringify(endpoint);
        const before = known.get(endpoint.id);
        next.set(endpoint.id, before?.text === text ? before : { text, endpoint, health });
      } catch (error) {
        problems.add(`record ${index} left out: ${(error as Error).message}`);
      }
    }
    for (const problem of problems) if (!told.has(problem)) onProblem(problem);
    told = problems;
    if (records.length > 0 && next.size === 0) {
      throw new DiscoveryError(`none of ${records.length} records can be read`);
    }
    return next;
  };

  return {
    get isSurelyEmpty() {
      return last?.endpoints.length === 0 && last.stale !== true;
    },
    take(records, { revision, stale, isNew = false }, context) {
      const next = read(records, context);
      const before = known;
      known = next;
      const isSame =
        next.size === before.size && [...next].every(([id, record]) => before.get(id) === record);
      if (last !== undefined && isSame && !isNew && stale === (last.stale === true)) return undefined;
      // Who was taken out of service on purpose before it left has not crashed.
      const deregistered = [...before]
        .filter(([id, { health }]) => health === 'maintenance' && !next.has(id))
        .map(([id]) => id);
      const endpoints = [...next.values()].map(({ endpoint }) => endpoint);
      last = {
        endpoints,
        ...(revision === undefined ? {} : { revision }),
        ...(stale ? { stale } : {}),
      };
      return deregistered.length === 0 ? last : { ...last, deregistered };
    },
    doubt() {
      if (last === undefined || last.stale === true) return undefined;
      last = { ...last, stale: true };
      return last;
    },
  };
}
