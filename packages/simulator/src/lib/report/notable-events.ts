import { timeText } from './figures.ts';
import type { EventReport, Report } from './report.ts';

/** Events that every run begins with, or that are too many to be of note one by one. */
const ROUTINE = new Set(['discoveryStateChanged', 'ejectionSkipped']);
/** Clients that notice the same within this time, in ms, share a line. */
const TOGETHER_MS = 1_000;

interface Group {
  readonly first: EventReport;
  readonly clients: Set<string>;
}

/**
 * What happened to the clusters, in words, one line each; what several clients notice at about the same time is one.
 *
 * @param limit lines at most; the last one says how many more there were
 */
export function notableEvents({ events }: Pick<Report, 'events'>, limit = 12): readonly string[] {
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  for (const event of events) {
    // All clusters hear of their endpoints at the start.
    if (ROUTINE.has(event.type) || (event.type === 'endpointsChanged' && event.atMs === 0)) continue;
    const key = `${event.type} ${event.endpoint ?? ''}`;
    const group = open.get(key);
    const isSame =
      group !== undefined &&
      event.atMs - group.first.atMs <= TOGETHER_MS &&
      (!group.clients.has(event.client) || event.detail === group.first.detail);
    if (isSame) {
      group.clients.add(event.client);
    } else {
      const started = { first: event, clients: new Set([event.client]) };
      open.set(key, started);
      groups.push(started);
    }
  }
  const lines = groups.slice(0, limit).map(describe);
  const more = groups.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

function describe({ first, clients }: Group): string {
  const { atMs, type, endpoint, detail } = first;
  const told = detail?.replace(/\d+\.\d+(?= ms)/g, (ms) => String(Math.round(Number(ms))));
  const parts = [timeText(atMs).padStart(7), ' ', type, endpoint, told && `(${told})`];
  const line = parts.filter((part) => part !== undefined && part !== '').join(' ');
  return clients.size > 1 ? `${line}, ${clients.size} clients` : line;
}
