import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of ours in a process of its own, asked one thing at a time. */
export interface Child<Request, Reply> extends AsyncDisposable {
  /** @throws Error when the process ends before it answers */
  ask(request: Request): Promise<Reply>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a module that calls `serveParent`.
 *
 * @param module its URL
 * @param nodeOptions flags for Node itself, such as `--expose-gc`
 */
export function startChild<Request, Reply>(
  module: URL,
  nodeOptions: readonly string[] = [],
): Child<Request, Reply> {
  const path = fileURLToPath(module);
  const child = fork(path, { execArgv: [...nodeOptions], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let last: Promise<unknown> = Promise.resolve();
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    ask(request) {
      const reply = last.then(() => exchange<Request, Reply>(child, path, request));
      last = reply.catch(() => undefined);
      return reply;
    },
    async kill() {
      if (isGone()) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    async [Symbol.asyncDispose]() {
      if (isGone()) return;
      const exited = once(child, 'exit');
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function exchange<Request, Reply>(child: ChildProcess, path: string, request: Request): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: unknown): void => {
      child.off('exit', onExit);
      resolve(reply as Reply);
    };
    const onExit = (): void => {
      child.off('message', onMessage);
      reject(new Error(`${path} ended before it answered`));
    };
    if (!child.connected) {
      onExit();
      return;
    }
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send(request as object);
  });
}
