import { sleep } from '@evenkeel/core';
import { describe, expect, it } from 'vitest';
import { Timeline } from './timeline.ts';

describe('Timeline', () => {
  it('fires events in the order of their time, and those of one moment in the order they were queued', async () => {
    const timeline = new Timeline();
    const fired: string[] = [];
    for (const [name, ms] of [
      ['c', 20],
      ['a', 10],
      ['d', 20],
      ['b', 10],
    ] as const) {
      timeline.after(ms, () => fired.push(`${name}@${timeline.now}`));
    }
    await timeline.run(100);
    expect(fired).toEqual(['a@10', 'b@10', 'c@20', 'd@20']);
    expect(timeline.now).toBe(100);
  });

  it('fires ten thousand events of any order in order', async () => {
    const timeline = new Timeline();
    const times: number[] = [];
    for (let i = 0; i < 10_000; i++) timeline.after((i * 7_919) % 10_007, () => times.push(timeline.now));
    await timeline.run(20_000);
    expect(times).toHaveLength(10_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('stops at the end, and goes on from there', async () => {
    const timeline = new Timeline();
    let fired = false;
    timeline.after(50, () => {
      fired = true;
    });
    await timeline.run(49);
    expect(fired).toBe(false);
    await timeline.run(50);
    expect(fired).toBe(true);
  });

  it('never fires a timer that was disposed, nor one of infinite length', async () => {
    const timeline = new Timeline();
    let fired = 0;
    timeline.clock.setTimer(() => fired++, 10)[Symbol.dispose]();
    timeline.clock.setTimer(() => fired++, Number.POSITIVE_INFINITY);
    await timeline.run(1e9);
    expect(fired).toBe(0);
  });

  it('lets code that awaits its timers keep the virtual time', async () => {
    const timeline = new Timeline();
    const { signal } = new AbortController();
    const seen: number[] = [];
    const walk = async (stepMs: number): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await sleep(timeline.clock, stepMs, signal);
        await Promise.resolve().then(() => Promise.resolve());
        seen.push(timeline.now);
      }
    };
    void walk(10);
    void walk(7);
    await timeline.run(100);
    expect(seen).toEqual([7, 10, 14, 20, 21, 30]);
  });

  it('ends an endless loop at one moment with an error', async () => {
    const timeline = new Timeline();
    timeline.after(5, function again() {
      timeline.after(0, again);
    });
    await expect(timeline.run(10)).rejects.toThrow('stands still at 5 ms');
  });
});
