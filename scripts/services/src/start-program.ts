import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';
import { startProcess } from './managed-process.ts';
import { locateProgram, type Program, type ProgramName } from './programs.ts';

/** A program that listens on a port of the loopback interface. It dies with this process. */
export interface RunningProgram extends AsyncDisposable {
  readonly port: number;
  /** Of the process that was started, which may have others below it. */
  readonly pid: number;
  /** Its configuration file. */
  readonly file: string;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM; removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** Where a program is to run. */
export interface ProgramPlace {
  /** A free port. */
  readonly port: number;
  /** An empty folder of its own. */
  readonly folder: string;
}

/** How to run it. */
export interface ProgramSetup {
  /** The text of its configuration file. */
  readonly config: string;
  /** @param file the configuration file */
  args(file: string): readonly string[];
}

const READY_WITHIN_MS = 10_000;
const PROBE_EVERY_MS = 20;

/**
 * Starts a program that serves one port.
 *
 * @param program the name of one that can be had here, or any other
 * @throws Error when it cannot be had, or does not listen in time
 */
export async function startProgram(
  program: ProgramName | Program,
  setup: (place: ProgramPlace) => ProgramSetup,
): Promise<RunningProgram> {
  const { file, env } = typeof program === 'string' ? await locateProgram(program) : program;
  const name = basename(file);
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), `evenkeel-${name}-`));
  const { config, args } = setup({ port, folder });
  const configFile = join(folder, `${name}.conf`);
  await writeFile(configFile, config);
  const process = startProcess({ file, args: args(configFile), env }, folder);
  const stop = async (): Promise<void> => {
    process.signal('SIGTERM');
    await process.gone;
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + READY_WITHIN_MS;
  while (process.pid !== undefined && performance.now() < deadline) {
    if (await listens(port)) {
      const { pid, gone, signal } = process;
      return { port, pid, file: configFile, gone, signal, stop, [Symbol.asyncDispose]: stop };
    }
    await delay(PROBE_EVERY_MS);
  }
  await stop();
  throw new Error(`${name} does not listen on port ${port}: ${process.output.trim()}`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
