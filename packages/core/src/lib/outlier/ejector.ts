import type { Clock } from '../clock.ts';
import type { OutlierDetector } from '../health.ts';
import { requiredNumber } from '../options.ts';
import type { Random } from '../random.ts';
import type { Candidate, Observation } from '../strategy.ts';
import { maxEjections } from './ejection-cap.ts';
import { type EjectionSettings, ejectionSettings } from './ejection-settings.ts';
import { type Ejections, ejections } from './ejections.ts';
import { judgesAtSweeps } from './interval-counts.ts';
import type { OutlierDetectionOptions } from './outlier-detection-options.ts';

/** What an {@link Ejector} needs to know, and whom it tells. Callbacks are called synchronously. */
export interface EjectorOptions {
  readonly options: OutlierDetectionOptions;
  readonly clock: Clock;
  readonly random: Random;
  /** All endpoints that could serve, not those that drain: the base of the cap. Called often, so return a kept array. */
  readonly candidates: () => readonly Candidate[];
  /** Whether active checks leave the candidate in, and it does not drain. */
  readonly isUsable: (candidate: Candidate) => boolean;
  readonly onEjected: (candidate: Candidate, info: EjectionInfo) => void;
  readonly onReturned: (candidate: Candidate, reason: 'expired' | 'healthy' | 'manual') => void;
  /** A detector asked for an ejection that was not granted; at most once per candidate and interval. */
  readonly onSkipped: (candidate: Candidate, detector: string, reason: string) => void;
  /** A detector threw. */
  readonly onError: (source: string, error: unknown) => void;
}

/** How an ejection came about and how long it lasts. */
export interface EjectionInfo {
  /** The detector's name, or `manual`. */
  readonly detector: string;
  readonly durationMs: number;
  /** Which ejection in a close row this is; one by hand does not count. */
  readonly times: number;
}

/** Takes outliers out for a while, by the word of detectors or of an operator. Owns times, the cap and the sweeps. */
export interface Ejector {
  /** Takes one finished pick. Call it after the candidate's own counters were raised. */
  observe(candidate: Candidate, observation: Observation): void;
  isEjected(candidate: Candidate): boolean;
  /** Whether a detector ejected it, not an operator. */
  isOutlier(candidate: Candidate): boolean;
  /** Clock time of the return, in ms; 0 when not ejected. */
  ejectedUntil(candidate: Candidate): number;
  /**
   * Ejects by hand, regardless of the cap; one that is out already gets the new duration. `Infinity` lasts until undone.
   *
   * @throws InvalidOptionsError when the duration is not a number of at least 0
   */
  eject(candidate: Candidate, durationMs: number): void;
  /**
   * Ends an ejection now; false when there was none to end. A passed health check (`healthy`) does not end one that was
   * made by hand.
   */
  uneject(candidate: Candidate, reason: 'healthy' | 'manual'): boolean;
  /** Forgets a candidate that left, without an event. */
  forget(candidate: Candidate): void;
  readonly ejectedCount: number;
  /** Ends all timers; nothing is ejected or returned from now on. */
  close(): void;
}

/**
 * Makes an ejector with Envoy's rules: the n-th ejection lasts n times the base, up to the maximum; n falls by one with
 * each interval that the endpoint stays in; the cap counts the next ejection in. A timer runs only while there is
 * traffic to judge, an ejection to end or a count to lower.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function ejector(options: EjectorOptions): Ejector {
  return new DetectorEjector(options, ejectionSettings(options.options));
}

/** `observe` runs for each request and has to cost nothing as long as all is well; all else is rare. */
class DetectorEjector implements Ejector {
  private readonly host: EjectorOptions;
  private readonly settings: EjectionSettings;
  private readonly detectors: readonly OutlierDetector[];
  private readonly observers: readonly OutlierDetector[];
  private readonly sweeps: boolean;
  private readonly ejections: Ejections;
  /** Clock time at which a refusal was last told, for each candidate, so that an outage is no flood of events. */
  private readonly skippedAt = new Map<Candidate, number>();
  private sweepTimer: Disposable | undefined;
  private hadTraffic = false;
  private closed = false;

  constructor(host: EjectorOptions, settings: EjectionSettings) {
    this.host = host;
    this.settings = settings;
    this.detectors = settings.detectors;
    this.observers = settings.detectors.filter((detector) => detector.observe !== judgesAtSweeps);
    this.sweeps = settings.detectors.some((detector) => detector.sweep !== undefined);
    this.ejections = ejections(host.clock, host.random, settings, (candidate) => {
      this.returned(candidate, 'expired');
    });
  }

  get ejectedCount(): number {
    return this.ejections.size;
  }

  observe(candidate: Candidate, observation: Observation): void {
    if (this.closed) return;
    if (this.sweeps) {
      this.hadTraffic = true;
      if (this.sweepTimer === undefined) this.armSweep();
    }
    // Requests that an ejected endpoint still finishes say nothing new of it.
    if (this.ejections.size > 0 && this.ejections.has(candidate)) return;
    for (const detector of this.observers) {
      if (this.suspects(detector, candidate, observation)) this.propose(candidate, detector.name);
    }
  }

  isEjected(candidate: Candidate): boolean {
    return this.ejections.size > 0 && this.ejections.has(candidate);
  }

  isOutlier(candidate: Candidate): boolean {
    return this.isEjected(candidate) && !this.ejections.isManual(candidate);
  }

  ejectedUntil(candidate: Candidate): number {
    return this.ejections.until(candidate);
  }

  eject(candidate: Candidate, durationMs: number): void {
    requiredNumber('durationMs', durationMs);
    if (this.closed) return;
    const times = this.ejections.startManual(candidate, durationMs);
    this.host.onEjected(candidate, { detector: 'manual', durationMs, times });
  }

  uneject(candidate: Candidate, reason: 'healthy' | 'manual'): boolean {
    if (reason === 'healthy' && this.ejections.isManual(candidate)) return false;
    if (!this.ejections.end(candidate)) return false;
    this.returned(candidate, reason);
    return true;
  }

  forget(candidate: Candidate): void {
    this.ejections.forget(candidate);
    this.skippedAt.delete(candidate);
    this.resetDetectors(candidate);
  }

  close(): void {
    this.closed = true;
    this.sweepTimer?.[Symbol.dispose]();
    this.sweepTimer = undefined;
    this.ejections.close();
    this.skippedAt.clear();
  }

  private suspects(detector: OutlierDetector, candidate: Candidate, observation: Observation): boolean {
    try {
      return detector.observe(candidate, observation);
    } catch (error) {
      this.host.onError(`outlier detector "${detector.name}"`, error);
      return false;
    }
  }

  private armSweep(): void {
    this.sweepTimer = this.host.clock.setTimer(() => this.sweep(), this.settings.intervalMs);
  }

  private sweep(): void {
    this.sweepTimer = undefined;
    const present = this.host.candidates().filter((candidate) => !this.ejections.has(candidate));
    for (const detector of this.detectors) {
      if (detector.sweep === undefined) continue;
      let suspicious: readonly Candidate[] = [];
      try {
        suspicious = detector.sweep(present);
      } catch (error) {
        this.host.onError(`outlier detector "${detector.name}"`, error);
      }
      for (const candidate of suspicious) this.propose(candidate, detector.name);
    }
    this.ejections.decay();
    const oldest = this.host.clock.now() - this.settings.intervalMs;
    for (const [candidate, at] of this.skippedAt) if (at <= oldest) this.skippedAt.delete(candidate);
    // A callback may have closed the ejector, or have armed the timer by way of `observe`.
    const needed = this.hadTraffic || this.ejections.decaying || this.skippedAt.size > 0;
    this.hadTraffic = false;
    if (needed && !this.closed && this.sweepTimer === undefined) this.armSweep();
  }

  private propose(candidate: Candidate, detector: string): void {
    if (this.closed || this.ejections.has(candidate)) return;
    const candidates = this.host.candidates();
    const refusal = this.refusal(candidate, candidates);
    if (refusal !== undefined && this.wasSkipped(candidate)) return;
    // One that left or drains may still finish requests; it is out anyhow.
    if (!candidates.includes(candidate)) return;
    if (refusal !== undefined) {
      this.skip(candidate, detector, refusal);
    } else {
      const { durationMs, times } = this.ejections.start(candidate);
      this.host.onEjected(candidate, { detector, durationMs, times });
    }
  }

  private refusal(candidate: Candidate, candidates: readonly Candidate[]): string | undefined {
    const { isUsable } = this.host;
    if (!isUsable(candidate)) return 'its health checks keep it out already';
    const max = maxEjections(candidates.length, this.settings);
    // An ejected endpoint that is found unhealthy, or drains, leaves its place to the next: the order of the two must not matter.
    let ejected = 0;
    for (const other of this.ejections.candidates()) if (isUsable(other)) ejected++;
    if (ejected + 1 > max) {
      return `${ejected} of ${candidates.length} endpoints are ejected, and no more than ${max} may be`;
    }
    const { minUsable } = this.settings;
    let others = 0;
    for (const other of candidates) {
      if (others >= minUsable) return undefined;
      if (other !== candidate && !this.ejections.has(other) && isUsable(other)) others++;
    }
    return others >= minUsable
      ? undefined
      : `${others} usable endpoints would be left, and ${minUsable} must be`;
  }

  private wasSkipped(candidate: Candidate): boolean {
    const last = this.skippedAt.get(candidate);
    return last !== undefined && this.host.clock.now() - last < this.settings.intervalMs;
  }

  private skip(candidate: Candidate, detector: string, reason: string): void {
    this.skippedAt.set(candidate, this.host.clock.now());
    if (this.sweepTimer === undefined) this.armSweep();
    this.host.onSkipped(candidate, detector, reason);
  }

  private returned(candidate: Candidate, reason: 'expired' | 'healthy' | 'manual'): void {
    // What happened before the ejection must not count towards the next.
    this.resetDetectors(candidate);
    if (this.sweepTimer === undefined && this.ejections.decaying) this.armSweep();
    this.host.onReturned(candidate, reason);
  }

  private resetDetectors(candidate: Candidate): void {
    for (const detector of this.detectors) {
      try {
        detector.forget?.(candidate);
      } catch (error) {
        this.host.onError(`outlier detector "${detector.name}"`, error);
      }
    }
  }
}
