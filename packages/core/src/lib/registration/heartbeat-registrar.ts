import { sleep } from '../clock.ts';
import { DiscoveryError, EvenkeelError } from '../errors.ts';
import { describeError } from '../health/describe-error.ts';
import { numberOption } from '../options.ts';
import { callWithin } from './call-within.ts';
import { type HeartbeatOptions, heartbeatSettings } from './heartbeat-options.ts';
import type { Registrar, RegistrarEvent } from './registrar.ts';
import type { RegistryEntry } from './registry-entry.ts';
import { type Stay, startStay } from './stay.ts';

const REMOVE_ATTEMPTS = 2;

/**
 * Makes a registrar of three small functions of a driver: put, beat, remove. Heartbeats, retries, healing
 * after the registry lost the endpoint, draining and events are here, so that they are the same for every
 * registry.
 *
 * @param entry the endpoint's place in the registry
 * @throws InvalidOptionsError when an option is out of its range
 */
export function heartbeatRegistrar(entry: RegistryEntry, options: HeartbeatOptions = {}): Registrar {
  const settings = heartbeatSettings(options);
  const { clock, timeoutMs, ttlMs } = settings;
  let stay: Stay | undefined;
  let leaving: Promise<void> | undefined;
  let draining: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const emit = (event: RegistrarEvent): void => {
    try {
      settings.onEvent(event);
    } catch (error) {
      // The listener's own fault must reach its author, and not stop the heartbeats.
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  const begin = (): Stay => {
    const next = startStay({ entry, settings, emit });
    next.registered.catch(() => {
      // It failed fast: the next register is a new stay.
      if (stay === next && leaving === undefined) stay = undefined;
    });
    draining = undefined;
    return next;
  };

  const remove = async (): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const limit = { clock, timeoutMs, subject: 'deregistration' };
        await callWithin(limit, (signal) => entry.remove({ signal, ttlMs }));
        emit({ type: 'deregistered' });
        return;
      } catch (error) {
        // The first one may have met a connection that died unnoticed.
        if (attempt < REMOVE_ATTEMPTS) continue;
        emit({ type: 'deregistrationFailed', error });
        throw new DiscoveryError(`the registry did not take the deregistration: ${describeError(error)}`, {
          cause: error,
        });
      }
    }
  };
  const leave = async (reason: unknown): Promise<void> => {
    await stay?.end(reason);
    stay = undefined;
    try {
      await remove();
    } finally {
      leaving = undefined;
    }
  };
  const deregister = async (reason: unknown): Promise<void> => {
    if (stay !== undefined) leaving ??= leave(reason);
    await leaving;
  };
  const leaveThenWait = async (waitMs: number): Promise<void> => {
    try {
      await deregister(gone());
    } finally {
      await sleep(clock, waitMs, new AbortController().signal);
    }
  };
  const gone = (): EvenkeelError =>
    new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the registrar was told to deregister');
  const close = async (): Promise<void> => {
    // An error has been told as an event, and the lease ends by itself.
    await deregister(gone()).catch(() => {});
    await entry.close?.();
  };

  const register = async (signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted();
    // Without a pause otherwise: a drain in the same step must find this registration.
    if (leaving !== undefined) await leaving.catch(() => {});
    if (closing !== undefined) throw new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the registrar is closed');
    stay ??= begin();
    const mine = stay;
    const onAbort = (): void => {
      // An attempt on its way may still succeed, so it is taken back as well. A failure of that is an
      // event.
      if (stay === mine && !mine.known) deregister(signal?.reason).catch(() => {});
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await mine.registered;
    } catch (error) {
      // Unheard, it ends the process: not before the endpoint has left, and clients have seen it.
      if (signal?.aborted !== true) await (draining ?? leaving)?.catch(() => {});
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  };

  return {
    get state() {
      if (closing !== undefined) return 'closed';
      if (stay === undefined) return 'idle';
      return stay.known ? 'registered' : 'registering';
    },
    register: ({ signal } = {}) => heard(register(signal)),
    drain({ delayMs } = {}) {
      const waitMs = numberOption('delayMs', delayMs, settings.drainDelayMs);
      draining ??= heard(leaveThenWait(waitMs));
      return draining;
    },
    deregister: () => heard(deregister(gone())),
    [Symbol.asyncDispose]() {
      closing ??= close();
      return closing;
    },
  };
}

/** Whoever does not wait for a promise hears of its failure as an event: it must not end the process. */
function heard(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
