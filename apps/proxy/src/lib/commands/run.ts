import { formatAddress } from '@evenkeel/core';
import type { ListenOptions, ReverseProxy } from '@evenkeel/proxy';
import { buildProxy } from '../build/proxy.ts';
import { check } from './check.ts';
import { describeEvent } from './describe-event.ts';

/** What `run` talks to: the process, or a test. */
export interface RunContext {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Calls back with each request to stop; the first asks to drain, the second to stop at once. */
  onStop(callback: () => void): void;
}

/**
 * Runs the proxy of a configuration until it is told to stop. Returns the exit code.
 *
 * @throws ConfigError before anything has been started
 */
export async function run(file: string, context: RunContext): Promise<number> {
  const loaded = await check(file);
  const { listeners, shutdown } = loaded.config;
  const built = await buildProxy(loaded);
  for (const cluster of built.clusters) {
    cluster.subscribe((event) => {
      const line = describeEvent(cluster.name, event);
      if (line !== undefined) context.err(line);
    });
  }
  const failed = await listenAll(built.proxy, listeners, context);
  if (failed !== undefined) {
    await built.close();
    context.err(failed);
    return 1;
  }
  return new Promise((resolve) => {
    let stopping = false;
    context.onStop(() => {
      if (stopping) {
        resolve(1);
        return;
      }
      stopping = true;
      context.err(`stopping: ${built.proxy.active} open`);
      void built.proxy
        .close(shutdown)
        .then(() => built.close())
        .then(() => resolve(0));
    });
  });
}

/** Binds every address, or says which one it could not. Announces them only when all are bound. */
async function listenAll(
  proxy: ReverseProxy,
  listeners: readonly ListenOptions[],
  { out }: RunContext,
): Promise<string | undefined> {
  const lines: string[] = [];
  for (const listener of listeners) {
    try {
      const { address, port } = await proxy.listen(listener);
      lines.push(`listening on http://${formatAddress(address, port)}`);
    } catch (error) {
      const { host = '*', port } = listener;
      return `cannot listen on ${formatAddress(host, port)}: ${describe(error)}`;
    }
  }
  for (const line of lines) out(line);
  return undefined;
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'the port is in use (EADDRINUSE)';
  if (code === 'EACCES') return 'not allowed (EACCES)';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address (EADDRNOTAVAIL)';
  return code ?? message;
}
