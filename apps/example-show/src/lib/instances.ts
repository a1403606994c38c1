import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Instances of a service, each a process. Disposing kills those that are left. */
export interface Instances extends AsyncDisposable {
  /** Resolves when it has registered. */
  start(name: string): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  stop(name: string): Promise<void>;
  /** SIGKILL: no goodbye to anybody. */
  kill(name: string): Promise<void>;
}

/**
 * Starts nothing yet.
 *
 * @param program gets its name and `args`, and sends a message when it has registered
 */
export function startInstances(program: URL, args: readonly string[]): Instances {
  const children = new Map<string, ChildProcess>();

  const end = async (name: string, signal: NodeJS.Signals): Promise<void> => {
    const child = children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  return {
    async start(name) {
      const child = fork(program, [name, ...args]);
      children.set(name, child);
      const registered = once(child, 'message');
      const ended = once(child, 'exit').then(() => {
        throw new Error(`instance ${name} ended before it had registered`);
      });
      await Promise.race([registered, ended]);
      // It ends later, as it should.
      ended.catch(() => {});
    },
    stop: (name) => end(name, 'SIGTERM'),
    kill: (name) => end(name, 'SIGKILL'),
    async [Symbol.asyncDispose]() {
      await Promise.all([...children.keys()].map((name) => end(name, 'SIGKILL')));
    },
  };
}
