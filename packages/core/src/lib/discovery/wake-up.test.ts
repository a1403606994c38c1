import { describe, expect, it } from 'vitest';
import { manualClock, settle } from '../testing/manual-clock.ts';
import { type WaitBounds, wakeUp } from './wake-up.ts';

function bench() {
  const clock = manualClock();
  const news = wakeUp(clock);
  /** Tells as text how a wait stands. */
  const wait = (bounds?: WaitBounds) => {
    const wanted = { state: 'waits' };
    news.wait(bounds).then(
      () => {
        wanted.state = 'over';
      },
      (error: unknown) => {
        wanted.state = String(error);
      },
    );
    return async () => {
      await settle();
      return wanted.state;
    };
  };
  return { clock, news, wait };
}

describe('wakeUp', () => {
  it('ends a wait when something happens, and needs no timer for that', async () => {
    const { clock, news, wait } = bench();
    const state = wait();
    expect(await state()).toBe('waits');
    expect(clock.pendingTimers).toBe(0);
    news.notify();
    expect(await state()).toBe('over');
  });

  it('keeps what happens while nobody waits, and counts it once', async () => {
    const { news, wait } = bench();
    news.notify();
    news.notify();
    expect(await wait()()).toBe('over');
    expect(await wait()()).toBe('waits');
  });

  it('ends a wait at its latest moment, and leaves no timer of an earlier end', async () => {
    const { clock, news, wait } = bench();
    const state = wait({ latest: clock.now() + 100 });
    await clock.advanceAsync(99);
    expect(await state()).toBe('waits');
    await clock.advanceAsync(1);
    expect(await state()).toBe('over');
    const next = wait({ latest: clock.now() + 100 });
    news.notify();
    expect(await next()).toBe('over');
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends no wait before its earliest moment, and counts all until then as one', async () => {
    const { clock, news, wait } = bench();
    const state = wait({ earliest: clock.now() + 50, latest: clock.now() + 1_000 });
    news.notify();
    await clock.advanceAsync(49);
    news.notify();
    expect(await state()).toBe('waits');
    await clock.advanceAsync(1);
    expect(await state()).toBe('over');
    expect(await wait()()).toBe('waits');
  });

  it('fails the present wait at once, even before its earliest moment, and all that follow', async () => {
    const { clock, news, wait } = bench();
    const state = wait({ earliest: clock.now() + 50 });
    news.notify();
    expect(await state()).toBe('waits');
    news.fail(new Error('first'));
    news.fail(new Error('second'));
    expect(await state()).toBe('Error: first');
    expect(await wait()()).toBe('Error: first');
    expect(clock.pendingTimers).toBe(0);
  });
});
