import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it } from 'vitest';
import type { ProxyEvent } from './proxy-event.ts';
import { proxyEvents } from './proxy-events.ts';

const event: ProxyEvent = { type: 'listenerFailed', error: 'x' };

it('tells every subscriber until it is disposed, and wants events only while there is one', () => {
  const events = proxyEvents();
  expect(events.wanted).toBe(false);
  const seen: ProxyEvent[] = [];
  const listener = (one: ProxyEvent): void => void seen.push(one);
  const first = events.subscribe(listener);
  const second = events.subscribe(listener);
  events.emit(event);
  first[Symbol.dispose]();
  events.emit(event);
  second[Symbol.dispose]();
  events.emit(event);
  expect(seen).toHaveLength(3);
  expect(events.wanted).toBe(false);
});

it('a subscriber that wants no exchanges gets the rest, and asks for none to be made', () => {
  const events = proxyEvents();
  const seen: string[] = [];
  using _subscription = events.subscribe(({ type }) => void seen.push(type), { exchanges: false });
  expect(events.wanted).toBe(false);
  events.emit(event);
  events.emit({ type: 'exchangeEnded' } as ProxyEvent);
  expect(seen).toEqual(['listenerFailed']);
});

it('publishes on the channel of the process', () => {
  const events = proxyEvents();
  const seen: unknown[] = [];
  const listener = (message: unknown): void => void seen.push(message);
  subscribe('evenkeel:proxy', listener);
  expect(events.wanted).toBe(true);
  events.emit(event);
  unsubscribe('evenkeel:proxy', listener);
  expect(seen).toEqual([event]);
});
