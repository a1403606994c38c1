import type { EtcdClient, RangeResult, Transaction, WatchFrame } from '../client.ts';
import type { KeyValue } from '../decode.ts';
import { b64 } from './raw-etcd.ts';

/** How a call of the fake ends. */
export type FakeMode = 'works' | 'fails' | 'hangs';

/** A client over nothing, whose every call works, fails or hangs as a test says. */
export interface FakeClient extends EtcdClient {
  readonly calls: string[];
  readonly transactions: Transaction[];
  readonly modes: { range: FakeMode; watch: FakeMode; transact: FakeMode; lease: FakeMode };
  /** What a listing or a question finds. */
  store: { clusterId: string; revision: bigint; records: Map<string, { value: string; at: bigint }> };
  /** Whether etcd has the lease. */
  hasLease: boolean;
  closed: boolean;
  /** Writes into the store; watches hear of it unless they are deaf. */
  put(key: string, value: string): void;
  remove(key: string): void;
  deaf: boolean;
  /** Sends a frame to the watch. */
  push(frame: Partial<WatchFrame>): void;
  /** Ends the watch with an error. */
  breakWatch(error: Error): void;
}

/** A key with a value, as a client gives it. */
export const kv = (key: string, value: string, modRevision = 1n): KeyValue => ({
  rawKey: b64(key),
  key,
  value,
  modRevision,
});

/** Makes one that works and has nothing. */
export function fakeClient(): FakeClient {
  let queue: (WatchFrame | Error)[] = [];
  let wake = (): void => {};
  const send = (item: WatchFrame | Error): void => {
    queue.push(item);
    wake();
  };
  const pass = async (mode: FakeMode, call: string, signal: AbortSignal): Promise<void> => {
    fake.calls.push(call);
    signal.throwIfAborted();
    if (mode === 'fails') throw new Error(`${call} refused`);
    if (mode === 'hangs') await aborted(signal);
  };
  const header = () => ({ clusterId: fake.store.clusterId, revision: fake.store.revision });
  const change = (type: 'put' | 'delete', key: string, value: string): void => {
    fake.store.revision++;
    if (!fake.deaf) fake.push({ events: [{ type, kv: kv(key, value, fake.store.revision) }] });
  };

  const fake: FakeClient = {
    calls: [],
    transactions: [],
    modes: { range: 'works', watch: 'works', transact: 'works', lease: 'works' },
    store: { clusterId: '77', revision: 10n, records: new Map() },
    hasLease: false,
    closed: false,
    deaf: false,
    endpoint: 'http://fake:2379',
    get requests() {
      return fake.calls.length;
    },
    put(key, value) {
      fake.store.records.set(key, { value, at: fake.store.revision + 1n });
      change('put', key, value);
    },
    remove(key) {
      fake.store.records.delete(key);
      change('delete', key, '');
    },
    push: (frame) => send({ header: header(), created: false, events: [], ...frame }),
    breakWatch: send,
    async range({ key, minModRevision = 0n, countOnly, rangeEnd }, signal): Promise<RangeResult> {
      await pass(fake.modes.range, 'range', signal);
      const all = [...fake.store.records].filter(([name]) => rangeEnd !== undefined || name === key);
      const found = all.filter(([, { at }]) => at >= minModRevision);
      const kvs = countOnly === true ? [] : found.map(([name, { value, at }]) => kv(name, value, at));
      return { header: header(), count: all.length, kvs };
    },
    async *watch(_range, signal) {
      await pass(fake.modes.watch, 'watch', signal);
      queue = [];
      yield { header: header(), created: true, events: [] };
      for (;;) {
        const next = queue.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else {
          const woken = Promise.withResolvers<void>();
          wake = woken.resolve;
          await Promise.race([woken.promise, aborted(signal)]);
        }
      }
    },
    async transact(transaction, signal) {
      fake.transactions.push(transaction);
      await pass(fake.modes.transact, 'transact', signal);
      return true;
    },
    async grantLease(_id, ttlS, signal) {
      await pass(fake.modes.lease, `grant ${ttlS}`, signal);
      fake.hasLease = true;
    },
    async keepLeaseAlive(_id, signal) {
      await pass(fake.modes.lease, 'keep', signal);
      return fake.hasLease;
    },
    async revokeLease(_id, signal) {
      await pass(fake.modes.lease, 'revoke', signal);
      fake.hasLease = false;
    },
    async close() {
      fake.closed = true;
    },
  };
  return fake;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
