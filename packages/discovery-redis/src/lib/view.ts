import { DiscoveryError, type Endpoint, type Snapshot } from '@evenkeel/core';
import { parseRecord, rawEndpoint } from '@evenkeel/core/driver';
import { readPlainEntries } from './plain-entry.ts';

/** A snapshot with what a watch needs to go on. */
export interface Reading {
  readonly snapshot: Snapshot;
  /** As change messages name it; undefined for the plain form, which has no messages. */
  readonly revision: string | undefined;
  /** How long until the first lease ends, in ms by the clock of Redis; `Infinity` without leases. */
  readonly expiresInMs: number;
}

/**
 * Turns replies of the scripts into snapshots. A record that has not changed is the same object as before.
 */
export interface View {
  /** Undefined when the service has no leased form. */
  leased(reply: unknown): Reading | undefined;
  plain(reply: unknown): Reading;
}

/** Whom to tell of entries that make no sense, and what errors call the service. */
export interface ViewOptions {
  readonly onProblem: (message: string) => void;
  readonly plainKey: string;
}

const PLAIN_TYPES: readonly unknown[] = ['list', 'set', 'zset', 'hash', 'string', 'none'];

/** Makes a view. A problem is told once, not with every reading. */
export function createView({ onProblem, plainKey }: ViewOptions): View {
  let known = new Map<string, { readonly text: string; readonly endpoint: Endpoint | undefined }>();
  let told = '';

  const parse = (id: string, text: string): Endpoint | undefined => {
    try {
      return rawEndpoint(parseRecord(text), id);
    } catch (error) {
      onProblem(`record of ${JSON.stringify(id)} left out: ${(error as Error).message}`);
      return undefined;
    }
  };

  return {
    leased(reply) {
      const [now, epoch, counter, ...rest] = texts(reply);
      if (now === undefined || epoch === undefined || counter === undefined) return undefined;
      const next: typeof known = new Map();
      let firstEnd = Number.POSITIVE_INFINITY;
      for (let at = 0; at + 2 < rest.length; at += 3) {
        const [id = '', end, text = ''] = rest.slice(at, at + 3);
        const before = known.get(id);
        next.set(id, before?.text === text ? before : { text, endpoint: parse(id, text) });
        // An end that is no number (`inf`) is none.
        const endsAt = Number(end);
        if (endsAt < firstEnd) firstEnd = endsAt;
      }
      known = next;
      const endpoints = [...next.values()].flatMap(({ endpoint }) => endpoint ?? []);
      if (next.size > 0 && endpoints.length === 0) {
        throw new DiscoveryError(`none of ${next.size} records can be read`);
      }
      return {
        snapshot: { endpoints, epoch, revision: BigInt(counter) },
        revision: `${epoch}.${counter}`,
        expiresInMs: firstEnd - Number(now),
      };
    },
    plain(reply) {
      const [type, entries] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
      if (!PLAIN_TYPES.includes(type)) {
        throw new DiscoveryError(
          `key "${plainKey}" is a ${String(type)}, expected a list, set, zset, hash or string`,
        );
      }
      const raw = texts(entries);
      const { endpoints, problems } = readPlainEntries(raw);
      if (problems.length > 0 && problems.join() !== told) {
        for (const problem of problems) onProblem(`entry of "${plainKey}" ${problem}`);
      }
      told = problems.join();
      if (problems.length > 0 && endpoints.length === 0) {
        throw new DiscoveryError(`none of ${problems.length} entries of "${plainKey}" is an address`);
      }
      return { snapshot: { endpoints }, revision: undefined, expiresInMs: Number.POSITIVE_INFINITY };
    },
  };
}

function texts(reply: unknown): readonly string[] {
  if (!Array.isArray(reply))
    throw new DiscoveryError('Redis answered a script with something else than a list');
  return reply.map((item: unknown) => String(item));
}
