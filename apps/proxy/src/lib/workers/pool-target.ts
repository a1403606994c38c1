import { type AdminTarget, mergeResults } from '@evenkeel/proxy/admin';
import type { MetricsSnapshot } from '@evenkeel/telemetry';
import type { WorkerApi } from './worker-api.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A worker that has not answered by then, in ms, is left out: it may be stuck. */
const ANSWER_MS = 2_000;

/** What the admin API asks of several workers. */
export interface PoolTarget extends AdminTarget {
  metrics(): Promise<readonly MetricsSnapshot[]>;
}

/**
 * Asks all workers that serve.
 *
 * @throws Error when none of them answers
 */
export function poolTarget(workers: () => readonly WorkerProcess[]): PoolTarget {
  const all = async <T>(ask: (api: WorkerApi) => Promise<T>): Promise<readonly T[]> => {
    const answers = await Promise.allSettled(workers().map(({ api }) => withinTime(ask(api))));
    const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (given.length === 0) throw new Error('no worker answers');
    return given;
  };
  return {
    state: async () => (await all((api) => api.state())).flat(),
    command: async (command) => mergeResults(await all((api) => api.command(command))),
    metrics: () => all((api) => api.metrics()),
  };
}

function withinTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('the worker does not answer')), ANSWER_MS);
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}
