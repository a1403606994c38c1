import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { channel } from './channel.ts';
import type { Supervised } from './supervisor.ts';
import { remoteWorker, type WorkerApi } from './worker-api.ts';

/** A worker as a process of its own. */
export interface WorkerProcess extends Supervised {
  readonly place: number;
  readonly pid: number | undefined;
  readonly api: WorkerApi;
}

const ENTRY = fileURLToPath(new URL('../../worker.ts', import.meta.url));

/** Starts a worker; its listeners are shared with those of the others. */
export function launchWorker(place: number): WorkerProcess {
  // Every worker accepts by itself. Handed out by this process, a connection that was on its way to a worker when that was
  // killed would stay open for ever, with nobody to answer.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: ENTRY, args: [], serialization: 'advanced' });
  const worker = cluster.fork({ EVENKEEL_WORKER: String(place) });
  worker.on('error', () => {});
  const exited = new Promise<string>((resolve) => {
    worker.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return {
    place,
    pid: worker.process.pid,
    api: remoteWorker(channel(worker, {})),
    exited,
    kill: () => void worker.process.kill('SIGKILL'),
  };
}
