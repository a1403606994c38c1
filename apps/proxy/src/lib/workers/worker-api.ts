import type { AdminCommand, CommandResult, WorkerState } from '@evenkeel/proxy/admin';
import type { MetricsSnapshot } from '@evenkeel/telemetry';
import type { Channel } from './channel.ts';

/** A configuration on its way to a worker, checked already. */
export interface WorkerConfig {
  readonly file: string;
  readonly text: string;
}

/** What a worker can be asked. Addresses are as `listening on …` has them. */
export interface WorkerApi {
  /** Builds the proxy and binds its addresses. Throws ListenError. */
  start(config: WorkerConfig): Promise<readonly string[]>;
  /** Throws ListenError; nothing has changed then. */
  prepare(config: WorkerConfig): Promise<void>;
  /** Takes what was prepared, and tells the addresses that are new. */
  commit(): Promise<readonly string[]>;
  /** Leaves what is prepared or still being prepared, and answers when nothing is left of it. */
  abort(): Promise<void>;
  /** What it knows now, as the admin API tells it. */
  state(): Promise<readonly WorkerState[]>;
  command(command: AdminCommand): Promise<CommandResult>;
  metrics(): Promise<MetricsSnapshot>;
  /** Opens the files of logs anew. */
  reopen(): Promise<void>;
  /** Drains, and answers when all is closed. */
  stop(): Promise<void>;
}

/** The worker at the other end of a channel. */
export function remoteWorker({ ask }: Channel): WorkerApi {
  const lines = async (method: string, params?: unknown): Promise<readonly string[]> =>
    (await ask(method, params)) as readonly string[];
  const nothing = async (method: string, params?: unknown): Promise<void> => {
    await ask(method, params);
  };
  return {
    start: (config) => lines('start', config),
    prepare: (config) => nothing('prepare', config),
    commit: () => lines('commit'),
    abort: () => nothing('abort'),
    state: async () => (await ask('state')) as readonly WorkerState[],
    command: async (command) => (await ask('command', command)) as CommandResult,
    metrics: async () => (await ask('metrics')) as MetricsSnapshot,
    reopen: () => nothing('reopen'),
    stop: () => nothing('stop'),
  };
}
