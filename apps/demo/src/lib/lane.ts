import { RunningTally } from './tally.ts';

export type Method = 'GET' | 'POST';

/** One way to reach the backends, with what came of it. */
export interface Lane {
  readonly name: string;
  /** Requests that a retry was allowed to save. */
  readonly safe: RunningTally;
  /** POSTs, which nobody may send twice once they went out. */
  readonly unsafe: RunningTally;
  /** Sends one request; resolves with the status, once the body is read. */
  readonly send: (method: Method) => Promise<number>;
}

/** A lane without traffic yet. */
export function lane(name: string, send: Lane['send']): Lane {
  return { name, safe: new RunningTally(), unsafe: new RunningTally(), send };
}

const POST_SHARE = 0.05;

/**
 * Sends requests down a lane at a constant rate, whether or not earlier ones were answered, until the signal is aborted.
 *
 * @param rate requests a second
 * @returns when the last answer is in
 */
export async function drive(target: Lane, rate: number, signal: AbortSignal): Promise<void> {
  const open = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const tick = (): void => {
    const due = ((performance.now() - startedAt) * rate) / 1_000;
    for (; sent < due; sent++) {
      const request = once(target, Math.random() < POST_SHARE ? 'POST' : 'GET');
      open.add(request);
      void request.finally(() => open.delete(request));
    }
  };
  const timer = setInterval(tick, 5);
  signal.addEventListener('abort', () => stop(), { once: true });
  await stopped;
  clearInterval(timer);
  await Promise.all(open);
}

async function once(target: Lane, method: Method): Promise<void> {
  const startedAt = performance.now();
  const status = await target.send(method).catch(() => 0);
  const tally = method === 'GET' ? target.safe : target.unsafe;
  tally.add(status >= 200 && status < 500, performance.now() - startedAt);
}
