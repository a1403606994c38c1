import { type Clock, DiscoveryError, sleep } from '@evenkeel/core';
import type { EtcdClient, KeyRange } from './client.ts';
import type { Header } from './decode.ts';
import type { Table } from './table.ts';

/** What is asked how often. */
export interface ProbeOptions {
  readonly client: Pick<EtcdClient, 'range'>;
  readonly range: KeyRange;
  readonly table: Pick<Table, 'revision' | 'size'>;
  /** Of the listing that the table began with. */
  readonly header: Header;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  /** Called each time when nothing is missing in the table. */
  readonly onCurrent: () => void;
}

/** How long an event may be on its way after its change can be read. */
const GRACE_MS = 1_000;

/**
 * Asks again and again whether etcd is there, is still the same store, and has nothing that the watch did
 * not tell. A frozen member closes no connection, and a watch on a fresh store waits silently for a revision
 * of the future, so only a question shows that nobody is there.
 *
 * @throws DiscoveryError when the store was reset or the watch missed a change; what the client throws; the
 * signal's reason
 */
export async function probe(options: ProbeOptions): Promise<never> {
  const { client, range, table, header, clock, intervalMs, signal, onCurrent } = options;

  /** The revision at which something is missing in the table; undefined when nothing is. */
  const behindAt = async (): Promise<bigint | undefined> => {
    const seen = table.revision;
    // The count is of all keys, so it tells of deletions what the revision tells of puts.
    const answer = await client.range(
      { ...range, minModRevision: seen + 1n, limit: 1, keysOnly: true },
      signal,
    );
    checkStore(answer.header, { clusterId: header.clusterId, revision: seen });
    const isBehind = table.revision === seen && (answer.kvs.length > 0 || answer.count !== table.size);
    return isBehind ? seen : undefined;
  };

  for (;;) {
    await sleep(clock, intervalMs, signal);
    const at = await behindAt();
    if (at === undefined) {
      onCurrent();
      continue;
    }
    await sleep(clock, Math.min(GRACE_MS, intervalMs), signal);
    if (table.revision === at && (await behindAt()) === at) {
      throw new DiscoveryError(`the watch did not tell of a change after revision ${at}`);
    }
  }
}

/**
 * Checks that an answer comes from the store it should.
 *
 * @param expected the revision may be higher
 * @throws DiscoveryError when it does not
 */
export function checkStore(header: Header, expected: Header): void {
  if (header.clusterId !== expected.clusterId) {
    throw new DiscoveryError(
      `another etcd cluster answers: ${header.clusterId} instead of ${expected.clusterId}`,
    );
  }
  if (header.revision < expected.revision) {
    throw new DiscoveryError(
      `the store was reset: revision ${header.revision} after revision ${expected.revision}`,
    );
  }
}
