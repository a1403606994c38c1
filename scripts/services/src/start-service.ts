import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { externalService } from './external-service.ts';
import { freePorts } from './free-ports.ts';
import { type ManagedProcess, startProcess } from './managed-process.ts';
import type { Command, Place, Recipe } from './recipe.ts';
import { RECIPES } from './recipes.ts';
import type { Service, ServiceKind, StartOptions } from './service.ts';

const STOP_WITHIN_MS = 5_000;
const PROBE_EVERY_MS = 10;
const ATTEMPTS = 3;
const PORT_TAKEN = /address already in use|bind: Address in use|EADDRINUSE|BindException/i;

/**
 * Starts a real server on free ports of the loopback interface, or takes the one that
 * `EVENKEEL_TEST_<KIND>` names.
 *
 * @returns once it is ready
 * @throws Error when the server cannot be had, or does not become ready in time
 */
export async function startService(kind: ServiceKind, options: StartOptions = {}): Promise<Service> {
  const external = externalService(kind);
  if (external !== undefined) return external;
  const recipe = RECIPES[kind];
  const command = await recipe.locate();
  for (let attempt = 1; ; attempt++) {
    const free = await freePorts(recipe.ports.length);
    const ports = Object.fromEntries(recipe.ports.map((use, index) => [use, free[index] ?? 0]));
    const folder = await mkdtemp(join(tmpdir(), `evenkeel-${kind}-`));
    const service = localService(kind, recipe, command, { ports, folder, options });
    try {
      await service.restart({ keepData: false });
      return service;
    } catch (error) {
      await service.stop();
      // Another process may have taken a port since it was found free.
      if (attempt === ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}

function localService(
  kind: ServiceKind,
  recipe: Recipe,
  command: (place: Place) => Command,
  place: Place,
): Service {
  const port = place.ports[recipe.ports[0]] ?? 0;
  let current: ManagedProcess | undefined;

  const kill = async (): Promise<void> => {
    current?.signal('SIGKILL');
    await current?.gone;
  };
  const stop = async (): Promise<void> => {
    if (current !== undefined) {
      current.signal('SIGTERM');
      current.signal('SIGCONT');
      if (!(await goneWithin(current, STOP_WITHIN_MS))) await kill();
    }
    await rm(place.folder, { recursive: true, force: true });
  };

  return {
    kind,
    address: `127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    ports: place.ports,
    controllable: true,
    get pid() {
      return current?.pid;
    },
    kill,
    stop,
    pause: () => current?.signal('SIGSTOP'),
    resume: () => current?.signal('SIGCONT'),
    async restart({ keepData }) {
      if (keepData && !recipe.keepsData && place.options.persist !== true) {
        throw new Error(`${kind} keeps its data only when it is started with persist`);
      }
      await kill();
      if (!keepData) await rm(place.folder, { recursive: true, force: true });
      await mkdir(join(place.folder, 'data'), { recursive: true });
      current = startProcess(command(place), place.folder);
      await becomesReady(kind, recipe, place, current);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function becomesReady(
  kind: ServiceKind,
  recipe: Recipe,
  place: Place,
  server: ManagedProcess,
): Promise<void> {
  const deadline = performance.now() + recipe.readyWithinMs;
  while (!(await recipe.ready(place))) {
    const why =
      server.pid === undefined
        ? 'ended during its start'
        : performance.now() > deadline
          ? `was not ready after ${recipe.readyWithinMs} ms`
          : undefined;
    if (why !== undefined) throw new Error(`${kind} ${why}: ${server.output.trim().slice(-1_000)}`);
    await delay(PROBE_EVERY_MS);
  }
  // The answer may have come from a stranger that holds the port.
  if (server.pid === undefined) throw new Error(`${kind} ended during its start: ${server.output.trim()}`);
}

async function goneWithin(server: ManagedProcess, ms: number): Promise<boolean> {
  const limit = new AbortController();
  const gone = server.gone.then(() => true);
  const late = delay(ms, false, { signal: limit.signal }).catch(() => false);
  try {
    return await Promise.race([gone, late]);
  } finally {
    limit.abort();
  }
}
