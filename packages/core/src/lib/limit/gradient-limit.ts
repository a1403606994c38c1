import { numberOption } from '../options.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { type LimitRange, type LimitRangeOptions, limitRange } from './limit-range.ts';
import { type QueueCheck, queueCheck } from './queue-check.ts';
import { SampleWindow } from './sample-window.ts';

export interface GradientLimitOptions extends LimitRangeOptions {
  /** Latency above the base that is tolerated as noise, as a share of the base. @default 0.25, as in Envoy */
  readonly bufferRatio?: number;
  /** Shortest time between two changes of the limit, in ms. @default 100 */
  readonly windowMs?: number;
  /** Answers that a change is based on, at least. @default 20 */
  readonly minSamples?: number;
  /** How long the base latency is believed under load before it is measured again, in ms. @default 10_000 */
  readonly baseMaxAgeMs?: number;
}

/** Bounds of one step, as in Envoy. */
const MIN_GRADIENT = 0.5;
const MAX_GRADIENT = 2;
/** How fast the base follows latencies that are not of our making: noise must not move it far. */
const BASE_GAIN = 0.25;
/** A probe goes a little below the point where the queue should be empty. */
const PROBE_MARGIN_RATIO = 0.9;

/**
 * Finds the concurrency at which an endpoint begins to queue, by latency alone: limit = gradient × limit + √limit, with
 * gradient = base × (1 + buffer) ÷ median latency, from 0.5 to 2 (Envoy's adaptive concurrency, after Netflix's
 * concurrency-limits). Envoy measures the base latency at a concurrency of 3, which refuses most requests meanwhile; here
 * the base is the smallest latency of late, and once that is too old the limit dips for one window to where the queue
 * should be empty, never below 45 %, so that the endpoint stays busy.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function gradientLimit(options: GradientLimitOptions = {}): ConcurrencyLimit {
  return new GradientLimit({
    ...limitRange('gradientLimit', options),
    buffer: numberOption('gradientLimit.bufferRatio', options.bufferRatio, 0.25, { max: 10 }),
    windowMs: numberOption('gradientLimit.windowMs', options.windowMs, 100, { min: 1 }),
    minSamples: numberOption('gradientLimit.minSamples', options.minSamples, 20, { min: 1, integer: true }),
    baseMaxAgeMs: numberOption('gradientLimit.baseMaxAgeMs', options.baseMaxAgeMs, 10_000, { min: 1 }),
  });
}

interface GradientSettings extends LimitRange {
  readonly buffer: number;
  readonly windowMs: number;
  readonly minSamples: number;
  readonly baseMaxAgeMs: number;
}

/** A class, so that the limits of all endpoints have one shape: each pick reads one and each answer goes to one. */
class GradientLimit implements ConcurrencyLimit {
  limit: number;
  private readonly settings: GradientSettings;
  private readonly window = new SampleWindow();
  private readonly queue: QueueCheck = queueCheck();
  /** The limit before it is rounded, and while the base is measured before it is lowered. */
  private exact: number;
  private base: number = Number.NaN;
  private baseAt = 0;
  /** Whether the limit is lowered to measure the base. */
  private probing = false;

  constructor(settings: GradientSettings) {
    this.settings = settings;
    this.exact = settings.initial;
    this.limit = settings.initial;
  }

  observe(latencyMs: number, inFlight: number, dropped: boolean, now: number): void {
    const { window, settings } = this;
    if (Number.isNaN(window.startedAt)) window.restart(now);
    // What began under the limit before says nothing of the present one; this also stretches a window to a round trip.
    if (!dropped && now - latencyMs < window.startedAt) return;
    window.add(latencyMs, inFlight, dropped);
    if (now - window.startedAt < settings.windowMs || window.size < settings.minSamples) return;
    this.conclude(now);
    window.restart(now);
  }

  private conclude(now: number): void {
    const { window, settings } = this;
    const latencyMs = window.median();
    const { droppedRatio } = window;
    const busy = window.maxInFlight * 2 >= this.exact;
    if (droppedRatio > 0) this.change(1 - droppedRatio, 0);
    if (Number.isNaN(latencyMs)) return;
    const { exact, base } = this;
    if (this.probing || Number.isNaN(base)) {
      this.probing = false;
      this.limit = Math.floor(exact);
      this.measured(latencyMs, now);
    } else if (busy && this.queue.refuted(exact, latencyMs)) {
      this.measured(latencyMs, now);
    } else if (latencyMs <= base || !busy) {
      // At a low concurrency the latency is the endpoint's own, even if it rose.
      this.measured(base + BASE_GAIN * (latencyMs - base), now);
    } else if (now - this.baseAt >= settings.baseMaxAgeMs) {
      const drained = exact * Math.max(base / latencyMs, MIN_GRADIENT) * PROBE_MARGIN_RATIO;
      this.probing = true;
      this.limit = Math.max(settings.min, Math.floor(drained));
      return;
    }
    // A limit that no traffic reaches is neither right nor wrong.
    if (!busy || droppedRatio > 0) return;
    // On a clock too coarse to see them, answers that take no time are no sign of a queue.
    const gradient = latencyMs === 0 ? MAX_GRADIENT : (this.base * (1 + settings.buffer)) / latencyMs;
    this.change(gradient, Math.sqrt(exact));
  }

  private measured(latencyMs: number, now: number): void {
    this.base = latencyMs;
    this.baseAt = now;
  }

  private change(gradient: number, headroom: number): void {
    const { min, max } = this.settings;
    const bounded = Math.min(Math.max(gradient, MIN_GRADIENT), MAX_GRADIENT);
    this.exact = Math.min(Math.max(this.exact * bounded + headroom, min), max);
    if (!this.probing) this.limit = Math.floor(this.exact);
  }
}
