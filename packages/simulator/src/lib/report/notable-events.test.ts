import { expect, it } from 'vitest';
import { notableEvents } from './notable-events.ts';
import type { EventReport } from './report.ts';

const event = (atMs: number, type: string, more: Partial<EventReport> = {}): EventReport => ({
  atMs,
  client: 'client',
  type,
  ...more,
});

it('leaves out what every run begins with', () => {
  const events = [
    event(0, 'discoveryStateChanged'),
    event(0, 'endpointsChanged', { detail: '3 added, 0 removed, 0 updated' }),
    event(2_000, 'endpointsChanged', { detail: '0 added, 1 removed, 0 updated' }),
  ];
  expect(notableEvents({ events })).toEqual(['    2 s   endpointsChanged (0 added, 1 removed, 0 updated)']);
});

it('puts what several clients notice into one line, and what one of them notices again into another', () => {
  const ejected = (atMs: number, client: string): EventReport =>
    event(atMs, 'endpointEjected', { client, endpoint: 'e0', detail: `outlier, for 30012.34567 ms` });
  const events = [ejected(100, 'client 0.0'), ejected(900, 'client 0.1'), ejected(60_000, 'client 0.0')];
  expect(notableEvents({ events })).toEqual([
    ' 100 ms   endpointEjected e0 (outlier, for 30012 ms), 2 clients',
    '   60 s   endpointEjected e0 (outlier, for 30012 ms)',
  ]);
});

it('says how many more there were', () => {
  const events = Array.from({ length: 5 }, (_, i) => event(i * 2_000, 'panicChanged'));
  expect(notableEvents({ events }, 3).slice(2)).toEqual(['    4 s   panicChanged', 'and 2 more']);
});
