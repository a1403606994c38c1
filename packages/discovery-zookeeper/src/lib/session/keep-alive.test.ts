import { type ManualClock, manualClock } from '@evenkeel/core/testing';
import { describe, expect, it } from 'vitest';
import { keepAlive } from './keep-alive.ts';

function bench() {
  const clock = manualClock();
  let stoodStillMs = 0;
  const now = (): number => clock.now() + stoodStillMs;
  const state = { heardAt: 0, pings: [] as number[], silentAt: [] as number[] };
  const alive = keepAlive({
    clock: { now, setTimer: clock.setTimer },
    sessionMs: 900,
    heardAt: () => state.heardAt,
    ping: () => state.pings.push(now()),
    onSilent: () => state.silentAt.push(now()),
  });
  const stop = (ms: number): void => {
    stoodStillMs += ms;
  };
  return { clock, state, alive, stop };
}

/** A server that is heard every 10 ms. */
function answering(
  { clock, state }: { clock: ManualClock; state: { heardAt: number } },
  untilMs: number,
): void {
  while (clock.now() < untilMs) {
    clock.advance(10);
    state.heardAt = clock.now();
  }
}

describe('keepAlive', () => {
  it('pings each third of the session, also while the server talks', () => {
    const mine = bench();
    answering(mine, 3_000);
    expect(mine.state.pings).toEqual([300, 600, 900, 1200, 1500, 1800, 2100, 2400, 2700, 3000]);
    expect(mine.state.silentAt).toEqual([]);
  });

  it('notices a silent server after two thirds of the session, once', () => {
    const mine = bench();
    answering(mine, 1_000);
    mine.clock.advance(5_000);
    expect(mine.state.silentAt).toEqual([1_600]);
    expect(mine.clock.pendingTimers).toBe(0);
  });

  it('gives the server another third when this process stood still', () => {
    const { clock, state, stop } = bench();
    clock.advance(290);
    // When the process goes on, timers fire before any socket is read.
    stop(5_000);
    clock.advance(10);
    expect(state).toMatchObject({ pings: [5_300], silentAt: [] });
    clock.advance(290);
    expect(state.silentAt).toEqual([]);
    clock.advance(10);
    expect(state.silentAt).toEqual([5_600]);
  });

  it('leaves no timer behind', () => {
    const { clock, alive } = bench();
    alive[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
  });
});
