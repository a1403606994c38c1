import { randomUUID } from 'node:crypto';
import type { Clock, RegistryCall, RegistryEntry } from '@evenkeel/core';
import type { EtcdClient } from './client.ts';
import { isLeaseThere } from './etcd-error.ts';
import { paceFailure } from './failure-pace.ts';
import type { ServiceKeys } from './keys.ts';

/** What is kept in etcd, and under which lease. */
export interface LeasedEntryOptions {
  readonly client: EtcdClient;
  readonly keys: ServiceKeys;
  readonly clock: Clock;
  readonly id: string;
  /** The text of the record. */
  readonly record: string;
  /**
   * The id of the lease, chosen here and the same for good: an attempt whose outcome nobody heard of leaves
   * nothing behind that a later one does not find.
   */
  readonly lease: string;
}

/** An endpoint's place in etcd. */
export function leasedEntry(options: LeasedEntryOptions): RegistryEntry {
  const { client, keys, clock, id, lease } = options;
  const key = keys.record(id);
  const record = { put: key, value: options.record, lease };

  const paced = async <T>({ signal }: RegistryCall, run: () => Promise<T>): Promise<T> => {
    const [startedAt, sentBefore] = [clock.now(), client.requests];
    try {
      return await run();
    } catch (error) {
      await paceFailure(clock, { startedAt, requests: client.requests - sentBefore }, signal);
      throw error;
    }
  };
  const grant = async ({ signal, ttlMs }: RegistryCall): Promise<void> => {
    try {
      await client.grantLease(lease, Math.ceil(ttlMs / 1_000), signal);
    } catch (error) {
      if (!isLeaseThere(error) || !(await client.keepLeaseAlive(lease, signal))) throw error;
    }
  };

  return {
    put: (call) =>
      paced(call, async () => {
        await grant(call);
        const epoch = { put: keys.epoch, value: randomUUID() };
        await client.transact(
          { when: { absent: keys.epoch }, success: [epoch, record], failure: [record] },
          call.signal,
        );
      }),
    beat: (call) =>
      paced(call, async () => {
        if (!(await client.keepLeaseAlive(lease, call.signal))) return 'unknown';
        // A key may be deleted while its lease lives on.
        const { count } = await client.range({ key, countOnly: true }, call.signal);
        return count > 0 ? 'known' : 'unknown';
      }),
    async remove({ signal }) {
      // The note tells watchers that nobody crashed; the lease takes it along. Whoever came after under the
      // same id stays.
      await client.transact(
        { when: { key, lease }, success: [{ delete: key }, { put: keys.left, value: id, lease }] },
        signal,
      );
      await client.revokeLease(lease, signal);
    },
    close: client.close,
  };
}
