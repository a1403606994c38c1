import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@evenkeel/services';

/** An endpoint in a process of its own, which can be ended and started again on the same port. */
export interface KillableEndpoint {
  /** `host:port`. */
  readonly address: string;
  /** Resolves when it listens. */
  start(): Promise<void>;
  /** Sends a signal; `SIGTERM` and `SIGKILL` resolve when the process is gone. */
  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** The status of its answers from now on. */
  answerWith(status: number): Promise<void>;
}

/** Endpoints of one scenario. */
export interface KillableEndpoints extends AsyncDisposable {
  readonly list: readonly KillableEndpoint[];
  /** The ids of all POST requests that reached one of them, as often as they did. */
  posted(): Promise<string[]>;
}

const PROGRAM = fileURLToPath(new URL('./endpoint-program.ts', import.meta.url));

/** Starts an endpoint for each delay, in ms. */
export async function startKillableEndpoints(delaysMs: readonly number[]): Promise<KillableEndpoints> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-faults-'));
  const ledger = join(folder, 'posts');
  const ports = await freePorts(delaysMs.length);
  const children = new Map<number, ChildProcess>();
  const list = delaysMs.map((delayMs, index): KillableEndpoint => {
    const port = ports[index] ?? 0;
    return {
      address: `127.0.0.1:${port}`,
      async start() {
        const child = fork(PROGRAM, [String(port), String(delayMs), ledger], {
          execArgv: [],
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
        children.set(index, child);
        await once(child, 'message');
      },
      async signal(signal) {
        const child = children.get(index);
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill(signal);
        if (signal === 'SIGTERM' || signal === 'SIGKILL') await exited;
      },
      async answerWith(status) {
        const child = children.get(index);
        child?.send(status);
        if (child !== undefined) await once(child, 'message');
      },
    };
  });
  await Promise.all(list.map((endpoint) => endpoint.start()));
  return {
    list,
    async posted() {
      return (await readFile(ledger, 'utf8')).split('\n').filter((id) => id !== '' && id !== '-');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(list.map((endpoint) => endpoint.signal('SIGKILL')));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
