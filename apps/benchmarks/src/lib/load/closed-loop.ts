/** Load from a fixed number of users, each of which waits for its answer before it asks again. */
export interface ClosedLoopOptions {
  /** Requests in all. */
  readonly requests: number;
  /** Users. */
  readonly concurrency: number;
  /** Sends one request; true when it was answered as it should be. A rejection counts as a failure. */
  readonly send: () => Promise<boolean>;
}

/** What became of each request, in the order in which they were started. */
export interface LoadResult {
  /** 1 for each request that succeeded, 0 for each that failed. */
  readonly successes: Uint8Array;
  /** In ms. */
  readonly latenciesMs: Float64Array;
  readonly elapsedMs: number;
  /** How often each kind of error came, by its code or name. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Runs the load and resolves when the last request has ended. */
export async function closedLoop({ requests, concurrency, send }: ClosedLoopOptions): Promise<LoadResult> {
  const successes = new Uint8Array(requests);
  const latenciesMs = new Float64Array(requests);
  const errors = new Map<string, number>();
  let next = 0;
  const user = async (): Promise<void> => {
    while (next < requests) {
      const index = next++;
      const start = performance.now();
      try {
        successes[index] = (await send()) ? 1 : 0;
      } catch (error) {
        const name = errorName(error);
        errors.set(name, (errors.get(name) ?? 0) + 1);
      }
      latenciesMs[index] = performance.now() - start;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, user));
  return { successes, latenciesMs, elapsedMs: performance.now() - start, errors };
}

/** The share of successes among the requests from number `from` on, 0–1. */
export function successRatio({ successes }: LoadResult, from = 0): number {
  let count = 0;
  for (let index = from; index < successes.length; index++) count += successes[index] ?? 0;
  return count / (successes.length - from);
}

function errorName(error: unknown): string {
  const { code, name } = error as { readonly code?: string; readonly name?: string };
  return code ?? name ?? String(error);
}
