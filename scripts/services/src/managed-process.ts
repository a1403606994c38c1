import { spawn } from 'node:child_process';
import { reaper } from './reaper.ts';
import type { Command } from './recipe.ts';

/** A server's process. It dies with this one, whatever ends this one. */
export interface ManagedProcess {
  /** Undefined once the process is gone. */
  readonly pid: number | undefined;
  /** The end of what it printed. */
  readonly output: string;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

const KEPT_OUTPUT = 4_000;

/**
 * Starts a command without a terminal and without input.
 *
 * @param folder what goes with the process if this one dies first
 */
export function startProcess({ file, args, env }: Command, folder: string): ManagedProcess {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const guard = child.pid === undefined ? undefined : reaper(child.pid, folder);
  let output = '';
  let alive = true;
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      alive = false;
      guard?.dismiss();
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      output += error.message;
      if (child.pid === undefined) end();
    });
  });
  return {
    get pid() {
      return alive ? child.pid : undefined;
    },
    get output() {
      return output;
    },
    gone,
    signal(signal) {
      if (alive) child.kill(signal);
    },
  };
}
