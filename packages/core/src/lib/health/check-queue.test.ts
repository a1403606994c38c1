import { describe, expect, it } from 'vitest';
import { checkQueue, type QueuePlace } from './check-queue.ts';

describe('checkQueue', () => {
  it('runs so many at once, and the others in the order they came', () => {
    const queue = checkQueue(2);
    const started: number[] = [];
    const places = [0, 1, 2, 3].map((id) => queue.enter(() => started.push(id)));
    expect(started).toEqual([0, 1]);
    places[1]?.leave();
    expect(started).toEqual([0, 1, 2]);
    places[0]?.leave();
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('skips those that left while they waited', () => {
    const queue = checkQueue(1);
    const started: number[] = [];
    const places = [0, 1, 2].map((id) => queue.enter(() => started.push(id)));
    places[1]?.leave();
    places[0]?.leave();
    expect(started).toEqual([0, 2]);
  });

  it('frees a place once, however often it is left', () => {
    const queue = checkQueue(1);
    const started: number[] = [];
    const first = queue.enter(() => started.push(0));
    queue.enter(() => started.push(1));
    queue.enter(() => started.push(2));
    first.leave();
    first.leave();
    expect(started).toEqual([0, 1]);
  });

  it('keeps the order through many thousands', () => {
    const queue = checkQueue(3);
    const started: number[] = [];
    const places: QueuePlace[] = [];
    for (let id = 0; id < 10_000; id++) places.push(queue.enter(() => started.push(id)));
    for (const place of places) place.leave();
    expect(started).toEqual(Array.from({ length: 10_000 }, (_, id) => id));
    queue.enter(() => started.push(-1));
    expect(started.at(-1)).toBe(-1);
  });
});
