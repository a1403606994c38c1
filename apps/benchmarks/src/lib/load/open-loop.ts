/** Load that comes at its own pace, whether or not earlier requests have been answered. */
export interface OpenLoopOptions {
  /** Requests a second. */
  readonly rate: number;
  /** How long requests are started, in ms. */
  readonly durationMs: number;
  /** Sends request number `index`, from 0. Resolves with its status; a rejection is a failure. */
  readonly send: (index: number) => Promise<number>;
}

/** What became of one request. */
export interface Answer {
  /** When it was due, in ms from the start of the load. */
  readonly atMs: number;
  /** From when it was due to the end of its answer, in ms: waiting to be sent counts. */
  readonly latencyMs: number;
  /** Undefined when there was none. */
  readonly status: number | undefined;
  /** The code or name of what it failed with. */
  readonly error: string | undefined;
}

/** Runs the load and resolves when the last request has ended, in the order in which they were due. */
export async function openLoop({ rate, durationMs, send }: OpenLoopOptions): Promise<Answer[]> {
  const total = Math.round((rate * durationMs) / 1_000);
  const start = performance.now();
  const open: Promise<Answer>[] = [];
  await new Promise<void>((resolve) => {
    const tick = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1_000) + 1);
      while (open.length < due) open.push(one(open.length));
      if (open.length < total) return;
      clearInterval(tick);
      resolve();
    }, 1);
  });
  return Promise.all(open);

  async function one(index: number): Promise<Answer> {
    const atMs = (index * 1_000) / rate;
    let status: number | undefined;
    let error: string | undefined;
    try {
      status = await send(index);
    } catch (failure) {
      const { code, name } = failure as { readonly code?: string; readonly name?: string };
      error = code ?? name ?? String(failure);
    }
    return { atMs, latencyMs: performance.now() - start - atMs, status, error };
  }
}
