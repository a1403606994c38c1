import {
  type Cluster,
  type Endpoint,
  NoEndpointsError,
  type Outcome,
  type PickContext,
  type PickResult,
  toEndpoint,
} from '@evenkeel/core';

/** What became of one pick. */
export interface RecordedPick {
  readonly endpoint: Endpoint;
  readonly context: PickContext | undefined;
  responseStarts: number;
  /** Every call of `done`, so that a second one shows. */
  readonly outcomes: Outcome[];
}

/** A cluster that goes round its endpoints in order and remembers every pick. */
export interface FakeCluster extends Cluster {
  readonly picks: RecordedPick[];
  /** Picks not done yet, in all or of one endpoint. */
  inFlight(id?: string): number;
  kinds(): string[];
  /** Makes `pick` throw. */
  failWith: Error | undefined;
  /** Lets `ready()` resolve; only needed when made with `ready: false`. */
  becomeReady(): void;
  rejectReady(error: Error): void;
}

/** Makes a cluster for tests of what the client does with its picks. */
export function fakeCluster(
  addresses: readonly string[],
  { name = 'orders', ready = true }: { name?: string; ready?: boolean } = {},
): FakeCluster {
  const endpoints = addresses.map((address) => toEndpoint(address));
  const picks: RecordedPick[] = [];
  const readiness = Promise.withResolvers<void>();
  readiness.promise.catch(() => {});
  if (ready) readiness.resolve();
  let turn = 0;
  const unused = (): never => {
    throw new Error('not used by the client');
  };
  return {
    name,
    picks,
    failWith: undefined,
    becomeReady: () => readiness.resolve(),
    rejectReady: (error) => readiness.reject(error),
    inFlight: (id) =>
      picks.filter((pick) => pick.outcomes.length === 0 && (id === undefined || pick.endpoint.id === id))
        .length,
    kinds: () => picks.flatMap((pick) => pick.outcomes.map((outcome) => outcome.kind)),
    pick(context): PickResult {
      if (this.failWith !== undefined) throw this.failWith;
      const order = endpoints.map((_, index) => endpoints[(turn + index) % endpoints.length]!);
      const endpoint = order.find((one) => context?.exclude?.has(one.id) !== true) ?? order[0];
      if (endpoint === undefined) {
        throw new NoEndpointsError(
          name,
          { known: 0, healthy: 0, ejected: 0, draining: 0 },
          'no endpoint is known',
        );
      }
      turn = endpoints.indexOf(endpoint) + 1;
      const record: RecordedPick = { endpoint, context, responseStarts: 0, outcomes: [] };
      picks.push(record);
      return {
        endpoint,
        responseStarted: () => void record.responseStarts++,
        done: (outcome) => void record.outcomes.push(outcome),
        [Symbol.dispose]: () => void record.outcomes.push({ kind: 'cancelled' }),
      };
    },
    ready: () => readiness.promise,
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    inspect: unused,
    subscribe: unused,
    get control(): never {
      return unused();
    },
  };
}
