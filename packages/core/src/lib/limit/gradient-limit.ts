import { numberOption } from '../options.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { type LimitRangeOptions, limitRange } from './limit-range.ts';
import { queueCheck } from './queue-check.ts';
import { sampleWindow } from './sample-window.ts';

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
  const { initial, min, max } = limitRange('gradientLimit', options);
  const buffer = numberOption('gradientLimit.bufferRatio', options.bufferRatio, 0.25, { max: 10 });
  const windowMs = numberOption('gradientLimit.windowMs', options.windowMs, 100, { min: 1 });
  const minSamples = numberOption('gradientLimit.minSamples', options.minSamples, 20, {
    min: 1,
    integer: true,
  });
  const baseMaxAgeMs = numberOption('gradientLimit.baseMaxAgeMs', options.baseMaxAgeMs, 10_000, { min: 1 });
  const window = sampleWindow();
  const queue = queueCheck();
  let exact = initial;
  let base = Number.NaN;
  let baseAt = 0;
  /** The lowered limit while the base is measured. */
  let probe: number | undefined;

  const measured = (latencyMs: number, now: number): void => {
    base = latencyMs;
    baseAt = now;
  };
  const change = (gradient: number, headroom: number): void => {
    const bounded = Math.min(Math.max(gradient, MIN_GRADIENT), MAX_GRADIENT);
    exact = Math.min(Math.max(exact * bounded + headroom, min), max);
  };
  const conclude = (now: number): void => {
    const latencyMs = window.median();
    const { droppedRatio } = window;
    const busy = window.maxInFlight * 2 >= exact;
    if (droppedRatio > 0) change(1 - droppedRatio, 0);
    if (Number.isNaN(latencyMs)) return;
    if (probe !== undefined || Number.isNaN(base)) {
      probe = undefined;
      measured(latencyMs, now);
    } else if (busy && queue.refuted(exact, latencyMs)) {
      measured(latencyMs, now);
    } else if (latencyMs <= base || !busy) {
      // At a low concurrency the latency is the endpoint's own, even if it rose.
      measured(base + BASE_GAIN * (latencyMs - base), now);
    } else if (now - baseAt >= baseMaxAgeMs) {
      const drained = exact * Math.max(base / latencyMs, MIN_GRADIENT) * PROBE_MARGIN_RATIO;
      probe = Math.max(min, Math.floor(drained));
      return;
    }
    // A limit that no traffic reaches is neither right nor wrong.
    if (!busy || droppedRatio > 0) return;
    // On a clock too coarse to see them, answers that take no time are no sign of a queue.
    const gradient = latencyMs === 0 ? MAX_GRADIENT : (base * (1 + buffer)) / latencyMs;
    change(gradient, Math.sqrt(exact));
  };

  return {
    get limit() {
      return probe ?? Math.floor(exact);
    },
    observe(latencyMs, inFlight, dropped, now) {
      if (Number.isNaN(window.startedAt)) window.restart(now);
      // What began under the limit before says nothing of the present one; this also stretches a window to a round trip.
      if (!dropped && now - latencyMs < window.startedAt) return;
      window.add(latencyMs, inFlight, dropped);
      if (now - window.startedAt < windowMs || window.size < minSamples) return;
      conclude(now);
      window.restart(now);
    },
  };
}
