import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { settle } from '../testing/manual-clock.ts';
import { drainOnSignals } from './drain-on-signals.ts';

/** A signal that no runner listens to. */
const SIGNAL = 'SIGUSR2';

function hook(drain: () => Promise<void> = async () => {}) {
  const raised: string[] = [];
  const drains: unknown[] = [];
  const registrar = {
    drain(options?: { delayMs?: number }) {
      drains.push(options);
      return drain();
    },
  };
  const subscription = drainOnSignals(registrar, {
    signals: [SIGNAL],
    delayMs: 7,
    raise: (signal) => raised.push(signal),
  });
  return { raised, drains, subscription };
}

it('drains once, then raises the signal again without its own listener', async () => {
  const { raised, drains } = hook();
  process.emit(SIGNAL, SIGNAL);
  process.emit(SIGNAL, SIGNAL);
  expect(raised).toEqual([]);
  await settle();
  expect(drains).toEqual([{ delayMs: 7 }]);
  expect(raised).toEqual([SIGNAL]);
  expect(process.listenerCount(SIGNAL)).toBe(0);
});

it('raises it after a failed drain too', async () => {
  const { raised } = hook(() => Promise.reject(new Error('registry down')));
  process.emit(SIGNAL, SIGNAL);
  await settle();
  expect(raised).toEqual([SIGNAL]);
});

it('leaves the end of the process to another listener', async () => {
  const other = (): void => {};
  process.on(SIGNAL, other);
  const { raised, drains } = hook();
  process.emit(SIGNAL, SIGNAL);
  await settle();
  process.removeListener(SIGNAL, other);
  expect(drains).toHaveLength(1);
  expect(raised).toEqual([]);
});

it('can be taken away', () => {
  const { subscription } = hook();
  expect(process.listenerCount(SIGNAL)).toBe(1);
  subscription[Symbol.dispose]();
  expect(process.listenerCount(SIGNAL)).toBe(0);
});

/** `drainOnSignals(registrar); await registrar.register();` at a registry that lets its first call hang until it is told to stop. */
const PROGRAM = `
  const { drainOnSignals } = await import('${new URL('drain-on-signals.ts', import.meta.url)}');
  const { heartbeatRegistrar } = await import('${new URL('heartbeat-registrar.ts', import.meta.url)}');
  const told = new Promise((resolve) => process.once('SIGTERM', resolve));
  const entry = {
    put: () => (process.stdout.write('put '), told),
    beat: async () => 'known',
    remove: async () => void process.stdout.write('removed '),
  };
  const registrar = heartbeatRegistrar(entry, { onEvent: () => {} });
  drainOnSignals(registrar, { delayMs: 100 });
  setInterval(() => {}, 1_000);
  await registrar.register();
  process.stdout.write('registered');
`;

it('ends by the signal a process whose first registration is still on its way, when it has left', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM]);
  const ended = once(child, 'close');
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.on('data', (text) => {
    stdout += text;
    if (stdout === 'put ') child.kill('SIGTERM');
  });
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(stdout).toBe('put removed ');
  expect(stderr).toBe('');
});
