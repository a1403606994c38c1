import {
  checkKeys,
  choiceOption,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  type Random,
  requiredNumber,
} from '@evenkeel/core';
import { toDistribution } from '../distributions.ts';
import type { TimelineEvent } from '../timeline/event-queue.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { ClosedTraffic, OpenTraffic, Traffic } from './traffic.ts';

const OPEN_KEYS: KnownKeys<OpenTraffic> = { requestsPerSecond: true, arrivals: true };
const CLOSED_KEYS: KnownKeys<ClosedTraffic> = { users: true, thinkMs: true };
/** How far a rate that changes, or is 0, is relied on, in ms. */
const LOOK_AHEAD_MS = 10;

/** Sends one request, and calls back when it has ended. */
export type SendRequest = (ended: () => void) => void;

/** Starts the requests of one client, from now up to a moment. */
export type TrafficSource = (timeline: Timeline, random: Random, untilMs: number, send: SendRequest) => void;

/**
 * Checks a description of traffic, and makes what starts it.
 *
 * @throws InvalidOptionsError naming the field
 */
export function trafficSource(field: string, traffic: Traffic): TrafficSource {
  if (typeof traffic !== 'object' || traffic === null) {
    throw new InvalidOptionsError(field, traffic, 'an object with `requestsPerSecond` or `users`');
  }
  return 'users' in traffic ? closedSource(field, traffic) : openSource(field, traffic);
}

function openSource(field: string, traffic: OpenTraffic): TrafficSource {
  checkKeys(field, traffic, OPEN_KEYS);
  const { requestsPerSecond, arrivals } = traffic;
  const checked = (perSecond: number): number =>
    requiredNumber(`${field}.requestsPerSecond`, perSecond, { max: 1e9 });
  const rate =
    typeof requestsPerSecond === 'function'
      ? (atMs: number) => checked(requestsPerSecond(atMs))
      : constantRate(checked(requestsPerSecond));
  const even = choiceOption(`${field}.arrivals`, arrivals, 'poisson', ['poisson', 'even']) === 'even';
  // A rate that changes is looked at again before long.
  const lookAheadMs = typeof requestsPerSecond === 'function' ? LOOK_AHEAD_MS : Number.POSITIVE_INFINITY;
  return (timeline, random, untilMs, send) => {
    let isDue = false;
    let plannedRate = 0;
    /** What is left of the way to the next request, of which a rate of 1,000 covers one in each ms. */
    let left = 0;
    /** A rate that has fallen since the plan was made thins out what was planned (Lewis and Shedler 1979). */
    const holds = (): boolean => {
      const ratio = rate(timeline.now) / plannedRate;
      return ratio >= 1 || (even ? ratio > 0 : random() < ratio);
    };
    const plan = (): void => {
      plannedRate = rate(timeline.now);
      const gapMs = plannedRate > 0 ? (left * 1_000) / plannedRate : Number.POSITIVE_INFINITY;
      isDue = gapMs <= lookAheadMs && gapMs < Number.POSITIVE_INFINITY;
      timeline.schedule(event, isDue ? gapMs : lookAheadMs);
    };
    const event: TimelineEvent = {
      at: 0,
      order: 0,
      fire() {
        if (timeline.now >= untilMs) return;
        if (isDue && holds()) send(noMatter);
        // The memory of a Poisson process is none; requests at even distances know how far they have come.
        if (!even) left = -Math.log(1 - random());
        else if (isDue) left = 1;
        else left -= (plannedRate * lookAheadMs) / 1_000;
        plan();
      },
    };
    // Clients that send evenly do not send together.
    left = even ? random() : -Math.log(1 - random());
    plan();
  };
}

function closedSource(field: string, traffic: ClosedTraffic): TrafficSource {
  checkKeys(field, traffic, CLOSED_KEYS);
  const { users, thinkMs = 0 } = traffic;
  const count = numberOption(`${field}.users`, users, 1, { min: 1, integer: true });
  const think = toDistribution(`${field}.thinkMs`, thinkMs);
  return (timeline, random, untilMs, send) => {
    const next = (): void => {
      timeline.after(think(random), () => {
        if (timeline.now < untilMs) send(next);
      });
    };
    for (let user = 0; user < count; user++) next();
  };
}

function constantRate(perSecond: number): () => number {
  return () => perSecond;
}

function noMatter(): void {}
