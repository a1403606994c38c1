import { availableParallelism } from 'node:os';
import { systemClock } from '@evenkeel/core';
import type { LoadedConfig } from '../config/load-config.ts';
import type { PreparedReload, ReloadTarget } from '../live/reload-target.ts';
import { ChannelClosed } from './channel.ts';
import { probeListeners } from './probe-listeners.ts';
import { type Supervisor, supervisor } from './supervisor.ts';
import type { WorkerConfig } from './worker-api.ts';
import { launchWorker, type WorkerProcess } from './worker-process.ts';

/** Workers that all run one configuration. */
export interface WorkerPool extends ReloadTarget {
  readonly workers: Supervisor<WorkerProcess>;
  /** Resolves when all have been started, with the addresses that they share. Rejects when one says that it cannot. */
  start(): Promise<readonly string[]>;
  /** Drains all of them. Resolves with how many had to be killed. */
  stop(): Promise<number>;
}

/** Who is told of what happens. */
export interface WorkerPoolContext {
  readonly say: (line: string) => void;
  /** Takes addresses that a reload has bound. */
  readonly announce: (lines: readonly string[]) => void;
}

/** How long a worker may take beyond the times that it has to drain, in ms. */
const STOP_MARGIN_MS = 2_000;

/** Makes the workers of a checked configuration; none is started yet. */
export function workerPool(first: LoadedConfig, { say, announce }: WorkerPoolContext): WorkerPool {
  let current = first;
  const cannot = Promise.withResolvers<never>();
  cannot.promise.catch(() => {});
  let addresses: readonly string[] = [];

  const take = async ({ api }: WorkerProcess): Promise<readonly string[]> => {
    await api.prepare(configOf(current));
    return api.commit();
  };
  const workers = supervisor<WorkerProcess>({
    launch: launchWorker,
    async begin(worker) {
      let used = current;
      try {
        addresses = await worker.api.start(configOf(used));
      } catch (error) {
        if (!(error instanceof ChannelClosed)) cannot.reject(error);
        throw error;
      }
      while (used !== current) {
        used = current;
        await take(worker);
      }
      say(`worker ${worker.place} serves, pid ${worker.pid}`);
    },
    say,
    clock: systemClock,
  });
  const end = async (some: readonly WorkerProcess[]): Promise<number> => {
    const { delayMs = 0, graceMs = 25_000 } = current.config.shutdown ?? {};
    let killed = 0;
    await Promise.all(
      some.map(async (worker) => {
        const kill = (): void => {
          killed++;
          say(`worker ${worker.place} did not end in time and is killed`);
          worker.kill();
        };
        using _timer = systemClock.setTimer(kill, delayMs + graceMs + STOP_MARGIN_MS);
        worker.api.stop().catch(() => {});
        await worker.exited;
      }),
    );
    return killed;
  };

  return {
    workers,
    async start() {
      await probeListeners([], first.config.listeners);
      workers.scale(countOf(first));
      await Promise.race([
        workers.allReady(),
        cannot.promise,
        workers.failed.then((why) => Promise.reject(new Error(why))),
      ]);
      return addresses;
    },
    async prepare(next, signal): Promise<PreparedReload> {
      await probeListeners(current.config.listeners, next.config.listeners);
      signal.throwIfAborted();
      const asked = workers.ready;
      const abort = async (): Promise<void> => {
        await Promise.allSettled(asked.map(({ api }) => api.abort()));
      };
      const onAbort = (): void => void abort();
      signal.addEventListener('abort', onAbort, { once: true });
      const answers = await Promise.allSettled(asked.map(({ api }) => api.prepare(configOf(next))));
      signal.removeEventListener('abort', onAbort);
      const refused = answers.find(
        (answer) => answer.status === 'rejected' && !(answer.reason instanceof ChannelClosed),
      );
      if (refused?.status === 'rejected') {
        await abort();
        throw refused.reason;
      }
      return {
        abort,
        async commit() {
          current = next;
          const late = workers.ready.filter((worker) => !asked.includes(worker));
          const told = await Promise.allSettled([
            ...asked.map(({ api }) => api.commit()),
            ...late.map((worker) => take(worker)),
          ]);
          const lines = told.map((answer) => (answer.status === 'fulfilled' ? answer.value : []));
          announce(lines.find(({ length }) => length > 0) ?? []);
          void end(workers.scale(countOf(next)));
        },
      };
    },
    stop() {
      const running = workers.running;
      workers.stop();
      return end(running);
    },
  };
}

function countOf({ config }: LoadedConfig): number {
  const { workers = 1 } = config;
  return workers === 'auto' ? availableParallelism() : workers;
}

function configOf({ file, text }: LoadedConfig): WorkerConfig {
  return { file, text };
}
