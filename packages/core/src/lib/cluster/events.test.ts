import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { createEvents } from './events.ts';

describe('events', () => {
  const event = { type: 'snapshotRejected', message: 'odd' } as const;

  it('reach every listener until it is disposed', () => {
    const events = createEvents('orders');
    const seen: string[] = [];
    const first = events.subscribe(({ type }) => seen.push(`first ${type}`));
    events.subscribe(({ type }) => seen.push(`second ${type}`));
    events.emit(event);
    first[Symbol.dispose]();
    events.emit(event);
    expect(seen).toEqual(['first snapshotRejected', 'second snapshotRejected', 'second snapshotRejected']);
  });

  it('end one subscription of a function that subscribed twice', () => {
    const events = createEvents('orders');
    let calls = 0;
    const listener = (): void => void calls++;
    const first = events.subscribe(listener);
    events.subscribe(listener);
    first[Symbol.dispose]();
    events.emit(event);
    expect(calls).toBe(1);
  });

  it('appear on the diagnostics channel with the name of the cluster', () => {
    const messages: unknown[] = [];
    const listener = (message: unknown): void => void messages.push(message);
    subscribe('evenkeel:cluster', listener);
    createEvents('orders').emit(event);
    unsubscribe('evenkeel:cluster', listener);
    createEvents('orders').emit(event);
    expect(messages).toEqual([{ cluster: 'orders', ...event }]);
  });
});
