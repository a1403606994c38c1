import { type AdminTarget, mergedTarget } from '@evenkeel/proxy/admin';
import type { MetricsSnapshot } from '@evenkeel/telemetry';
import type { WorkerProcess } from './worker-process.ts';

/** A worker that has not answered by then, in ms, is left out: it may be stuck. */
const ANSWER_MS = 2_000;

/** What the admin API asks of several workers. */
export interface PoolTarget extends AdminTarget {
  metrics(): Promise<readonly MetricsSnapshot[]>;
}

/** Asks all workers that serve. */
export function poolTarget(workers: () => readonly WorkerProcess[]): PoolTarget {
  const targets = (): AdminTarget[] =>
    workers().map(({ api }) => ({
      state: () => withinTime(api.state()),
      command: (command) => withinTime(api.command(command)),
    }));
  return {
    ...mergedTarget(targets),
    async metrics() {
      const answers = await Promise.allSettled(workers().map(({ api }) => withinTime(api.metrics())));
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    },
  };
}

function withinTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('the worker does not answer')), ANSWER_MS);
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}
