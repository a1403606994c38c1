import { describe, expect, it } from 'vitest';
import { isEvenkeelError } from '../errors.ts';
import { type ManualClock, manualClock, settle } from '../testing/manual-clock.ts';
import { type FakeEntry, fakeEntry } from './fake-entry.ts';
import type { HeartbeatOptions } from './heartbeat-options.ts';
import { heartbeatRegistrar } from './heartbeat-registrar.ts';
import type { Registrar, RegistrarEvent } from './registrar.ts';

interface Bench {
  readonly entry: FakeEntry;
  readonly clock: ManualClock;
  readonly registrar: Registrar;
  readonly events: RegistrarEvent[];
  types(): string[];
}

/** A random of one half: heartbeats every 5,000 ms, back-off in the middle. */
function bench(options: HeartbeatOptions = {}): Bench {
  const entry = fakeEntry();
  const clock = manualClock();
  const events: RegistrarEvent[] = [];
  const registrar = heartbeatRegistrar(entry, {
    clock,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { entry, clock, registrar, events, types: () => events.map(({ type }) => type) };
}

describe('registration', () => {
  it('resolves once the registry knows the endpoint', async () => {
    const { entry, registrar, types } = bench();
    expect(registrar.state).toBe('idle');
    await registrar.register();
    expect(entry.present).toBe(true);
    expect(registrar.state).toBe('registered');
    expect(types()).toEqual(['registered']);
  });

  it('is one registration for any number of calls', async () => {
    const { entry, registrar } = bench();
    await Promise.all([registrar.register(), registrar.register()]);
    await registrar.register();
    expect(entry.calls).toEqual(['put']);
  });

  it('goes on trying while the registry is down, at most ten times a second', async () => {
    const { entry, clock, registrar, events } = bench({ random: () => 0 });
    entry.mode = 'fails';
    const registered = registrar.register();
    await clock.advanceAsync(10_000);
    expect(registrar.state).toBe('registering');
    expect(entry.calls.length).toBeGreaterThan(50);
    expect(entry.calls.length).toBeLessThanOrEqual(101);
    expect(events[1]).toMatchObject({ type: 'registrationFailed', attempt: 2, retryInMs: 100 });
    entry.mode = 'works';
    await clock.advanceAsync(100);
    await registered;
  });

  it('tries again after a registry that does not answer', async () => {
    const { entry, clock, registrar, events } = bench({ timeoutMs: 1_000 });
    entry.mode = 'hangs';
    const registered = registrar.register();
    await clock.advanceAsync(999);
    expect(events).toEqual([]);
    entry.mode = 'works';
    await clock.advanceAsync(500);
    await registered;
    expect(events[0]).toMatchObject({ type: 'registrationFailed', error: { code: 'ERR_EVENKEEL_TIMEOUT' } });
  });

  it('rejects at the first failure when it fails fast, and can be tried again', async () => {
    const { entry, registrar } = bench({ failFast: true });
    entry.mode = 'fails';
    await expect(registrar.register()).rejects.toThrow('registry down');
    expect(registrar.state).toBe('idle');
    entry.mode = 'works';
    await registrar.register();
    expect(entry.calls).toEqual(['put', 'put']);
  });

  it('heals later losses with retries even when it fails fast', async () => {
    const { entry, clock, registrar, types } = bench({ failFast: true });
    await registrar.register();
    entry.present = false;
    const { put } = entry;
    entry.put = () => Promise.reject(new Error('down'));
    await clock.advanceAsync(6_000);
    expect(types()).toContain('registrationFailed');
    entry.put = put;
    await clock.advanceAsync(2_000);
    expect(entry.present).toBe(true);
  });

  it('is given up by its signal, and what may have reached the registry is taken back', async () => {
    const { entry, clock, registrar } = bench();
    entry.mode = 'hangs';
    const controller = new AbortController();
    const registered = registrar.register({ signal: controller.signal });
    await settle();
    controller.abort(new Error('enough'));
    entry.mode = 'works';
    entry.release();
    await expect(registered).rejects.toThrow('enough');
    await clock.advanceAsync(10_000);
    expect(entry.calls).toEqual(['put', 'remove']);
    expect(entry.present).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not begin with an aborted signal', async () => {
    const { entry, registrar } = bench();
    const signal = AbortSignal.abort(new Error('no'));
    await expect(registrar.register({ signal })).rejects.toThrow('no');
    expect(entry.calls).toEqual([]);
  });
});

describe('heartbeats', () => {
  it('go out each third of the TTL, more or less 20 %', async () => {
    for (const [random, first] of [
      [0, 4_000],
      [0.5, 5_000],
      [0.999, 5_998],
    ] as const) {
      const { entry, clock, registrar } = bench({ random: () => random });
      await registrar.register();
      await clock.advanceAsync(first - 10);
      expect(entry.calls).toEqual(['put']);
      await clock.advanceAsync(20);
      expect(entry.calls).toEqual(['put', 'beat']);
      await registrar.deregister();
    }
  });

  it('put the endpoint back at once when the registry lost it', async () => {
    const { entry, clock, registrar, types } = bench();
    await registrar.register();
    entry.present = false;
    await clock.advanceAsync(5_000);
    expect(entry.present).toBe(true);
    expect(types()).toEqual(['registered', 'registrationLost', 'registered']);
    await clock.advanceAsync(5_000);
    expect(entry.calls).toEqual(['put', 'beat', 'put', 'beat']);
  });

  it('are repeated soon after a failure, then in their own time again', async () => {
    const { entry, clock, registrar, events } = bench();
    await registrar.register();
    entry.mode = 'fails';
    await clock.advanceAsync(5_000);
    expect(events.at(-1)).toMatchObject({ type: 'heartbeatFailed', attempt: 1, retryInMs: 150 });
    entry.mode = 'works';
    await clock.advanceAsync(150);
    expect(entry.calls).toEqual(['put', 'beat', 'beat']);
    await clock.advanceAsync(4_999);
    expect(entry.calls).toHaveLength(3);
  });

  it('begin the back-off anew with each outage', async () => {
    const { entry, clock, registrar, events } = bench();
    await registrar.register();
    for (let outage = 0; outage < 2; outage++) {
      entry.mode = 'fails';
      await clock.advanceAsync(10_000);
      expect(events.at(-1)).not.toMatchObject({ retryInMs: 150 });
      entry.mode = 'works';
      await clock.advanceAsync(2_000);
    }
    const first = events.filter((event) => event.type === 'heartbeatFailed' && event.attempt === 1);
    expect(first).toMatchObject([{ retryInMs: 150 }, { retryInMs: 150 }]);
  });

  it('survive an outage of any length', async () => {
    const { entry, clock, registrar } = bench();
    await registrar.register();
    entry.mode = 'fails';
    entry.present = false;
    await clock.advanceAsync(600_000);
    entry.mode = 'works';
    await clock.advanceAsync(2_000);
    expect(entry.present).toBe(true);
    expect(registrar.state).toBe('registered');
  });

  it('tell when the event loop was blocked for too long', async () => {
    const manual = manualClock();
    let blockedMs = 0;
    const clock = { now: () => manual.now() + blockedMs, setTimer: manual.setTimer };
    const { registrar, events } = bench({ clock });
    await registrar.register();
    blockedMs = 4_999;
    await manual.advanceAsync(5_000);
    expect(events.at(-1)?.type).toBe('registered');
    blockedMs += 5_001;
    await manual.advanceAsync(5_000);
    expect(events.at(-1)).toEqual({ type: 'heartbeatLate', lagMs: 5_001, ttlMs: 15_000 });
  });

  it('are not stopped by a listener that throws', async () => {
    const faults: unknown[] = [];
    const catchFault = (error: unknown): void => void faults.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', catchFault);
    try {
      const { entry, clock, registrar } = bench({
        onEvent: () => {
          throw new Error('listener');
        },
      });
      await registrar.register();
      await clock.advanceAsync(5_000);
      expect(entry.calls).toEqual(['put', 'beat']);
      expect(faults).toEqual([new Error('listener')]);
    } finally {
      process.removeListener('uncaughtException', catchFault);
      for (const listener of others) process.on('uncaughtException', listener);
    }
  });
});

describe('the end', () => {
  it('takes the endpoint out and stops the heartbeats', async () => {
    const { entry, clock, registrar, types } = bench();
    await registrar.register();
    await Promise.all([registrar.deregister(), registrar.deregister()]);
    await registrar.deregister();
    expect(entry.calls).toEqual(['put', 'remove']);
    expect(types()).toEqual(['registered', 'deregistered']);
    expect(registrar.state).toBe('idle');
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits for a registration on its way, so that it cannot come after the removal', async () => {
    const { entry, registrar } = bench();
    entry.mode = 'hangs';
    const registered = registrar.register();
    await settle();
    const deregistered = registrar.deregister();
    await settle();
    expect(entry.calls).toEqual(['put']);
    entry.mode = 'works';
    entry.release();
    await deregistered;
    expect(entry.present).toBe(false);
    await expect(registered).rejects.toSatisfy((error) => isEvenkeelError(error, 'ERR_EVENKEEL_CLOSED'));
  });

  it('rejects a registration that it ends only when it is over: the rejection may end the process', async () => {
    for (const end of ['drain', 'deregister'] as const) {
      const { entry, clock, registrar } = bench();
      entry.mode = 'hangs';
      const order: string[] = [];
      const registered = registrar.register().catch(() => void order.push('rejected'));
      await settle();
      const left = registrar[end]().then(() => void order.push('left'));
      entry.mode = 'works';
      entry.release();
      await settle();
      expect(entry.present).toBe(false);
      if (end === 'drain') {
        expect(order).toEqual([]);
        await clock.advanceAsync(2_000);
      }
      await Promise.all([registered, left]);
      expect(order).toEqual(['left', 'rejected']);
    }
  });

  it('ends no process by a promise that nobody waits for', async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listen);
    const { entry, registrar } = bench();
    entry.mode = 'fails';
    void registrar.register();
    void registrar.drain();
    await settle();
    void registrar.deregister();
    await settle();
    await settle();
    process.removeListener('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
    expect(registrar.state).toBe('idle');
  });

  it('finds a registration that began in the same step', async () => {
    const { entry, registrar } = bench();
    void registrar.register();
    await registrar.deregister();
    expect(entry.present).toBe(false);
    expect(registrar.state).toBe('idle');
  });

  it('may be followed by another registration', async () => {
    const { entry, registrar } = bench();
    await registrar.register();
    await registrar.deregister();
    await registrar.register();
    expect(entry.present).toBe(true);
  });

  it('is tried twice, bounded in time, and tells of its failure', async () => {
    const { entry, clock, registrar, types } = bench({ timeoutMs: 1_000 });
    await registrar.register();
    entry.mode = 'hangs';
    const deregistered = registrar.deregister();
    const failed = expect(deregistered).rejects.toThrow('did not take the deregistration');
    await clock.advanceAsync(2_000);
    await failed;
    expect(entry.calls).toEqual(['put', 'remove', 'remove']);
    expect(types()).toEqual(['registered', 'deregistrationFailed']);
  });

  it('drains: deregistered at once, done after the delay', async () => {
    const { entry, clock, registrar } = bench();
    await registrar.register();
    let drained = false;
    const drain = registrar.drain().then(() => {
      drained = true;
    });
    await settle();
    expect(entry.present).toBe(false);
    void registrar.drain();
    await clock.advanceAsync(1_999);
    expect(drained).toBe(false);
    await clock.advanceAsync(1);
    await drain;
    expect(entry.calls).toEqual(['put', 'remove']);
    await registrar.register();
    void registrar.drain();
    await settle();
    expect(entry.present).toBe(false);
  });

  it('disposal closes the driver, whatever the registry says, and is final', async () => {
    const { entry, registrar } = bench();
    let closed = 0;
    entry.close = async () => {
      closed++;
    };
    await registrar.register();
    entry.mode = 'fails';
    await registrar[Symbol.asyncDispose]();
    await registrar[Symbol.asyncDispose]();
    expect(closed).toBe(1);
    expect(registrar.state).toBe('closed');
    await expect(registrar.register()).rejects.toThrow('closed');
  });
});

it.each([{ ttlMs: 10 }, { timeoutMs: 0 }, { drainDelayMs: -1 }])('refuses %j', (options) => {
  expect(() => heartbeatRegistrar(fakeEntry(), options)).toThrow(Object.keys(options)[0]);
});
