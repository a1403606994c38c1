import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { EndpointInput } from '@evenkeel/core';
import type { BackendBehaviour } from './backend-process.ts';

const HEALTHY = { delayMs: 5, failRatio: 0 };

/** The five backends: three healthy, one ten times slower, one that fails half of its requests. */
export const ROLES = {
  'healthy-1': HEALTHY,
  'healthy-2': HEALTHY,
  'healthy-3': HEALTHY,
  slow: { delayMs: 50, failRatio: 0 },
  flaky: { delayMs: 5, failRatio: 0.5 },
} as const satisfies Record<string, Omit<BackendBehaviour, 'port'>>;

export type Role = keyof typeof ROLES;

/** Running backends on free loopback ports. */
export interface Fleet extends AsyncDisposable {
  readonly endpoints: readonly (EndpointInput & { readonly id: Role; readonly address: string })[];
  /** Kills with SIGKILL: no goodbye to anybody. */
  kill(role: Role): Promise<void>;
  /** Starts it again, on the same port. */
  revive(role: Role): Promise<void>;
}

interface Backend {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts every backend and waits until each one listens. */
export async function startFleet(): Promise<Fleet> {
  const roles = Object.keys(ROLES) as Role[];
  const backends = new Map<Role, Backend>();
  await Promise.all(roles.map(async (role) => backends.set(role, await start(role, 0))));

  const stop = async (role: Role): Promise<void> => {
    const child = backends.get(role)?.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };

  return {
    endpoints: roles.map((role) => ({ id: role, address: `127.0.0.1:${backends.get(role)?.port}` })),
    kill: stop,
    async revive(role) {
      await stop(role);
      backends.set(role, await start(role, backends.get(role)?.port ?? 0));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(roles.map(stop));
    },
  };
}

async function start(role: Role, port: number): Promise<Backend> {
  const behaviour: BackendBehaviour = { port, ...ROLES[role] };
  const child = fork(new URL('backend-process.ts', import.meta.url), [JSON.stringify(behaviour)]);
  const listening = once(child, 'message');
  const exited = once(child, 'exit').then(() => {
    throw new Error(`backend ${role} ended before it listened on port ${port}`);
  });
  const [bound] = await Promise.race([listening, exited]);
  return { child, port: Number(bound) };
}
