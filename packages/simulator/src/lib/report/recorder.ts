import { type ClusterEvent, EvenkeelError, isEvenkeelError } from '@evenkeel/core';
import type { AttemptInfo } from '@evenkeel/http-client';
import type { AttemptLog } from '../client/simulated-client.ts';
import type { SimulatedEndpoint } from '../endpoint/simulated-endpoint.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { describeEvent } from './describe-event.ts';
import { GrowingNumbers } from './growing-numbers.ts';
import type { EventReport } from './report.ts';

const EVENTS_KEPT = 1_000;

/** What was counted at one endpoint. */
export interface EndpointTally {
  readonly tier: number;
  attempts: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  readonly attemptsByStep: number[];
}

/** Writes down what happens, for the report. What belongs to the warm-up it only sees. */
export class Recorder {
  /** Of each request that ended: when it began, how long it took, and whether it failed (1 or 0). */
  readonly startedAt: GrowingNumbers = new GrowingNumbers();
  readonly latencyMs: GrowingNumbers = new GrowingNumbers();
  readonly failed: GrowingNumbers = new GrowingNumbers();
  /** Requests that began. */
  requests = 0;
  /** Requests that have not ended, those of the warm-up included. */
  open = 0;
  retries = 0;
  hedges = 0;
  readonly tallies: Map<SimulatedEndpoint, EndpointTally> = new Map();
  readonly errors: Map<string, number> = new Map();
  readonly mispicks: Map<string, number> = new Map();
  readonly eventCounts: Map<string, number> = new Map();
  readonly events: EventReport[] = [];
  readonly inFlightByStep: number[] = [];
  /** What code on trial threw, the first time that it did. */
  defect: Error | undefined = undefined;
  private readonly timeline: Timeline;
  private readonly warmUpMs: number;
  private readonly stepMs: number;

  constructor(timeline: Timeline, warmUpMs: number, stepMs: number) {
    this.timeline = timeline;
    this.warmUpMs = warmUpMs;
    this.stepMs = stepMs;
  }

  /** An endpoint takes part. */
  joined(endpoint: SimulatedEndpoint, tier: number): void {
    this.tallies.set(endpoint, {
      tier,
      attempts: 0,
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      attemptsByStep: [],
    });
  }

  requestStarted(): void {
    this.open++;
    if (this.timeline.now >= this.warmUpMs) this.requests++;
  }

  requestEnded(startedAt: number, failed: boolean, statusCode: number, error: Error | undefined): void {
    this.open--;
    if (error !== undefined && isDefect(error)) this.found('a pick', error);
    if (startedAt < this.warmUpMs) return;
    this.startedAt.push(startedAt);
    this.latencyMs.push(this.timeline.now - startedAt);
    this.failed.push(failed ? 1 : 0);
    if (failed) increment(this.errors, error === undefined ? `status ${statusCode}` : nameOf(error));
  }

  /** What the clients of one tier, 0 for the first, log. */
  logOf(tier: number): AttemptLog {
    return {
      attemptStarted: (endpoint, attempt) => this.attemptStarted(endpoint, attempt, tier),
      attemptEnded: (endpoint, kind) => this.attemptEnded(endpoint, kind),
      event: (client, event) => {
        if (event.type === 'backgroundFailed') this.found(event.source, event.error);
        if (tier === 0) this.event(client, event);
      },
      mispicked: (mispick) => increment(this.mispicks, mispick),
    };
  }

  /** The end of a step: counts who is where. */
  sample(): void {
    let sum = 0;
    for (const endpoint of this.tallies.keys()) sum += endpoint.inFlight;
    this.inFlightByStep.push(sum);
  }

  private found(where: string, cause: unknown): void {
    const message = `${where} threw at ${this.timeline.now} ms: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.defect ??= new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', message, { cause });
  }

  private attemptStarted(endpoint: SimulatedEndpoint, attempt: AttemptInfo, tier: number): void {
    const { now } = this.timeline;
    const tally = this.tallies.get(endpoint);
    if (now < this.warmUpMs || tally === undefined) return;
    tally.attempts++;
    const step = Math.floor(now / this.stepMs);
    tally.attemptsByStep[step] = (tally.attemptsByStep[step] ?? 0) + 1;
    if (tier > 0) return;
    if (attempt.hedge) this.hedges++;
    else if (attempt.attempt > 0) this.retries++;
  }

  private attemptEnded(endpoint: SimulatedEndpoint, kind: 'success' | 'failure' | 'cancelled'): void {
    const tally = this.tallies.get(endpoint);
    if (this.timeline.now < this.warmUpMs || tally === undefined) return;
    if (kind === 'success') tally.succeeded++;
    else if (kind === 'failure') tally.failed++;
    else tally.cancelled++;
  }

  private event(client: string, event: ClusterEvent): void {
    increment(this.eventCounts, event.type);
    if (this.events.length < EVENTS_KEPT) this.events.push(describeEvent(this.timeline.now, client, event));
  }
}

/** No failure of an endpoint, but of what the scenario is made of: its strategy, keys or times. */
function isDefect(error: Error): boolean {
  return !isEvenkeelError(error) || isEvenkeelError(error, 'ERR_EVENKEEL_INVALID_OPTIONS');
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function nameOf(error: Error & { readonly code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : error.name;
}
