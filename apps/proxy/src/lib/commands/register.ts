import type { Registrar } from '@evenkeel/core';
import { readConfig } from '../config/config-text.ts';
import { describeRegistrarEvent } from '../events/describe-registrar-event.ts';
import { buildRegistrar, registryOf } from '../register/build-registrar.ts';
import { checkRegister } from '../register/check-register.ts';
import { type Command, CommandError, startCommand } from '../register/command.ts';
import { untilReady, type Verdict } from '../register/readiness.ts';
import { countStops, type Stops } from '../register/stops.ts';
import type { RegisterConfig } from '../schema/register.ts';
import type { RunContext } from './run-context.ts';

const DEFAULT_GRACE_MS = 10_000;
const NOT_READY = 1;

/** Everything that a command is accompanied with. */
interface Escort {
  readonly config: RegisterConfig;
  readonly command: Command;
  readonly registrar: Registrar;
  readonly stops: Stops;
  readonly say: (line: string) => void;
}

/**
 * Runs a command as a registered endpoint, until it ends or this process is told to stop. Returns the exit code: that of the command,
 * unless it could not be started or was not ready in time.
 *
 * @throws ConfigError before anything has been started
 */
export async function register(file: string, words: readonly string[], context: RunContext): Promise<number> {
  const stops = countStops((callback) => context.onStop(callback));
  const say = (line: string): void => context.err(`evenkeel: ${line}`);
  const config = await checkRegister(await readConfig(file));
  if (stops.count > 0) return 0;
  const command = await started(words, say);
  if (typeof command === 'number') return command;
  try {
    return await accompany({ config, command, stops, say, registrar: talkingRegistrar(config, file, say) });
  } finally {
    command.kill();
  }
}

async function started(words: readonly string[], say: (line: string) => void): Promise<Command | number> {
  try {
    const command = await startCommand(words);
    // The arguments may hold secrets.
    say(`started ${words[0]}, pid ${command.pid}`);
    return command;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    say(error.message);
    return error.exitCode;
  }
}

function talkingRegistrar(config: RegisterConfig, file: string, say: (line: string) => void): Registrar {
  const { id = config.address } = config;
  return buildRegistrar(config, file, (event) => {
    const line = describeRegistrarEvent(event, registryOf(config));
    if (line !== undefined) say(`${id}: ${line}`);
  });
}

async function accompany(escort: Escort): Promise<number> {
  const { command, registrar, stops, say } = escort;
  const verdict = await readyOrOver(escort);
  if (verdict !== undefined) say(`the command ${verdict.text}`);
  if (verdict?.ready === true) {
    // Whether it works, and why not, is told by events.
    registrar.register().catch(() => {});
    await Promise.race([command.ended, stops.after(0)]);
  }
  const heard = await drained(escort);
  const closed = Promise.resolve(registrar[Symbol.asyncDispose]()).catch((error: unknown) => {
    say(`the registry could not be left in good order: ${String(error)}`);
  });
  await ended(escort, heard);
  const { exitCode, text } = await command.ended;
  say(`the command ${text}`);
  await Promise.race([closed, stops.after(heard)]);
  return verdict?.ready === false ? NOT_READY : exitCode;
}

/** How the command became ready or did not; undefined when it ended, or a stop was heard, before that. */
async function readyOrOver({ config, command, stops }: Escort): Promise<Verdict | undefined> {
  const abort = new AbortController();
  try {
    return await Promise.race([
      untilReady(config.ready, config.address, abort.signal),
      command.ended.then(() => undefined),
      stops.after(0).then(() => undefined),
    ]);
  } finally {
    abort.abort();
  }
}

/** Lets clients see that the endpoint leaves, if they know it. Returns how many requests to stop this has used up. */
async function drained({ command, registrar, stops, say }: Escort): Promise<number> {
  if (!command.running || registrar.state !== 'registered') return 1;
  say('stopping: no new clients from now on');
  return Promise.race([
    // A registry that did not take it is an event.
    registrar.drain().then(
      () => 1,
      () => 1,
    ),
    command.ended.then(() => 1),
    stops.after(1).then(() => 2),
  ]);
}

/** Sends SIGTERM, and kills the command after its grace or at the next request to stop. */
async function ended({ config, command, stops, say }: Escort, heard: number): Promise<void> {
  if (!command.running) return;
  const { graceMs = DEFAULT_GRACE_MS } = config.shutdown ?? {};
  say('SIGTERM to the command');
  command.signal('SIGTERM');
  const grace = Promise.withResolvers<string>();
  const timer = setTimeout(() => grace.resolve(`it did not end within ${graceMs} ms`), graceMs);
  const why = await Promise.race([
    command.ended.then(() => undefined),
    grace.promise,
    stops.after(heard).then(() => 'told to stop at once'),
  ]);
  clearTimeout(timer);
  if (why === undefined) return;
  say(`SIGKILL to the command: ${why}`);
  command.kill();
}
