import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from './workspace.ts';

/** How a command ended. */
export interface CommandResult {
  readonly ok: boolean;
  /** Both streams in the order they came, and a last line that says why when it was killed. */
  readonly output: string;
}

/** Where and how long a command may run. */
export interface CommandOptions {
  /** @default the root of the checkout */
  readonly cwd?: string;
  /** Kills the command and its children after so long, in ms. @default 300000 */
  readonly timeoutMs?: number;
  /** Handed to the command's standard input. @default nothing */
  readonly input?: string;
}

/** Tools of the checkout come first, so that `node` is the pinned one; nothing asks the network or a person. */
const ENVIRONMENT = {
  ...process.env,
  PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  NO_COLOR: '1',
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
};

/** Runs a command to its end, whatever that is; never throws. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd = ROOT, timeoutMs = 300_000, input } = options;
  return new Promise((resolve) => {
    // Its own process group, so that a hung tool dies together with its workers.
    const child = spawn(command, args, { cwd, env: ENVIRONMENT, stdio: 'pipe', detached: true });
    const chunks: Buffer[] = [];
    let reason = '';

    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // The group is gone already: nothing is left to kill.
      }
    };
    const timer = setTimeout(() => {
      reason = `killed after ${timeoutMs / 1000} s`;
      kill('SIGKILL');
    }, timeoutMs);
    const onSignal = (signal: NodeJS.Signals): void => {
      kill(signal);
      process.exit(128 + constants.signals[signal]);
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);

    const finish = (ok: boolean): void => {
      clearTimeout(timer);
      process.removeListener('SIGINT', onSignal);
      process.removeListener('SIGTERM', onSignal);
      const output = Buffer.concat(chunks).toString().trimEnd();
      resolve({ ok, output: reason === '' ? output : `${output}\n${reason}` });
    };
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      reason = error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
    child.stdin.on('error', () => {
      // A command that ends without reading its input is judged by its exit code.
    });
    child.stdin.end(input);
  });
}
