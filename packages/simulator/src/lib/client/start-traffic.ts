import { choiceOption, InvalidOptionsError, numberOption, type Random, requiredNumber } from '@evenkeel/core';
import { toDistribution } from '../distributions.ts';
import type { TimelineEvent } from '../timeline/event-queue.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { ClosedTraffic, OpenTraffic, Traffic } from './traffic.ts';

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

function openSource(field: string, { requestsPerSecond, arrivals }: OpenTraffic): TrafficSource {
  const rate =
    typeof requestsPerSecond === 'function'
      ? requestsPerSecond
      : constantRate(requiredNumber(`${field}.requestsPerSecond`, requestsPerSecond));
  const even = choiceOption(`${field}.arrivals`, arrivals, 'poisson', ['poisson', 'even']) === 'even';
  // A rate that changes is looked at again before long: the memory of a Poisson process is none, so nothing is lost.
  const lookAheadMs =
    typeof requestsPerSecond === 'function' && !even ? LOOK_AHEAD_MS : Number.POSITIVE_INFINITY;
  return (timeline, random, untilMs, send) => {
    let isDue = false;
    let plannedRate = 0;
    /** A rate that has fallen since the plan was made thins out what was planned (Lewis and Shedler 1979). */
    const holds = (): boolean => {
      const ratio = rate(timeline.now) / plannedRate;
      return ratio >= 1 || (even ? ratio > 0 : random() < ratio);
    };
    const plan = (share: number): void => {
      const perSecond = rate(timeline.now);
      plannedRate = perSecond;
      const gapMs =
        perSecond > 0 ? (((even ? 1 : -Math.log(1 - random())) * 1_000) / perSecond) * share : Number.NaN;
      isDue = gapMs <= lookAheadMs;
      timeline.schedule(event, isDue ? gapMs : LOOK_AHEAD_MS);
    };
    const event: TimelineEvent = {
      at: 0,
      order: 0,
      fire() {
        if (timeline.now >= untilMs) return;
        if (isDue && holds()) send(noMatter);
        plan(1);
      },
    };
    // Clients that send evenly do not send together.
    plan(even ? random() : 1);
  };
}

function closedSource(field: string, { users, thinkMs = 0 }: ClosedTraffic): TrafficSource {
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
