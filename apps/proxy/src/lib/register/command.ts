import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A command that was started, with all that it starts. */
export interface Command {
  readonly pid: number;
  /** Resolves when the command itself has ended; `running` is false from then on. */
  readonly ended: Promise<CommandEnd>;
  readonly running: boolean;
  /** Signals the command itself. */
  signal(signal: NodeJS.Signals): void;
  /** Kills the command and what it left in its process group. */
  kill(): void;
}

/** How a command ended. */
export interface CommandEnd {
  /** As a shell reports it: the command's own, or 128 and the number of the signal that killed it. */
  readonly exitCode: number;
  /** For people: `ended with code 3`, `was killed by SIGKILL`. */
  readonly text: string;
}

/** A command that cannot be started. */
export class CommandError extends Error {
  /** 127 when there is no such command, 126 when it cannot be run, as in a shell. */
  readonly exitCode: number;

  constructor(file: string, { code, message }: NodeJS.ErrnoException) {
    super(`cannot start ${file}: ${code === 'ENOENT' ? 'there is no such command' : (code ?? message)}`);
    this.name = 'CommandError';
    this.exitCode = code === 'ENOENT' ? 127 : 126;
  }
}

/**
 * Starts a command with the input and the output of this process, in a process group of its own: Ctrl-C in a terminal must not reach it
 * before clients know that it leaves.
 *
 * @throws CommandError
 */
export async function startCommand([file = '', ...args]: readonly string[]): Promise<Command> {
  const child = spawn(file, args, { stdio: 'inherit', detached: true });
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve(endOf(code, signal)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    // Later errors are signals that did not arrive: the command has ended, or will be killed in time.
    child.on('error', (error) => reject(new CommandError(file, error)));
  });
  const pid = child.pid ?? 0;
  let running = true;
  void ended.then(() => {
    running = false;
  });
  return {
    pid,
    ended,
    get running() {
      return running;
    },
    signal: (signal) => void child.kill(signal),
    kill() {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // Nobody is left in the group.
      }
    },
  };
}

function endOf(code: number | null, signal: NodeJS.Signals | null): CommandEnd {
  return signal === null
    ? { exitCode: code ?? 1, text: `ended with code ${code}` }
    : { exitCode: 128 + constants.signals[signal], text: `was killed by ${signal}` };
}
