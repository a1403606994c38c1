import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Candidate } from '../strategy.ts';
import type { EjectionSettings } from './ejection-settings.ts';

/** Who is out, until when, and how often each was out before. One timer, at the earliest return. */
export interface Ejections {
  readonly size: number;
  /** Whether some candidate that is in has former ejections to be forgotten step by step: {@link Ejections.decay}. */
  readonly decaying: boolean;
  has(candidate: Candidate): boolean;
  candidates(): Iterable<Candidate>;
  isManual(candidate: Candidate): boolean;
  /** Clock time in ms; 0 when not ejected. */
  until(candidate: Candidate): number;
  start(candidate: Candidate): { readonly durationMs: number; readonly times: number };
  /** Replaces a running ejection; returns the number of ejections that count. */
  startManual(candidate: Candidate, durationMs: number): number;
  /** False when it was not ejected. */
  end(candidate: Candidate): boolean;
  forget(candidate: Candidate): void;
  /** Once an interval: lowers the count of those that were in for all of it. */
  decay(): void;
  close(): void;
}

/**
 * Makes an empty list of ejections.
 *
 * @param onExpired called when an ejection ends by its time
 */
export function ejections(
  clock: Clock,
  random: Random,
  settings: EjectionSettings,
  onExpired: (candidate: Candidate) => void,
): Ejections {
  const { baseEjectionMs, maxEjectionMs, jitterRatio, intervalMs } = settings;
  const running = new Map<Candidate, Ejection>();
  const past = new Map<Candidate, Past>();
  // Counting on past the longest ejection would only make the way back longer.
  const maxTimes = Math.ceil(maxEjectionMs / baseEjectionMs);
  let timer: Disposable | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  const disarm = (): void => {
    timer?.[Symbol.dispose]();
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
  };
  const arm = (at: number): void => {
    if (at >= timerAt) return;
    disarm();
    timerAt = at;
    timer = clock.setTimer(expire, Math.max(0, Math.ceil(at - clock.now())));
  };
  const expire = (): void => {
    disarm();
    const now = clock.now();
    const due: Candidate[] = [];
    for (const [candidate, { until }] of running) {
      if (until <= now) due.push(candidate);
      else if (until < Number.POSITIVE_INFINITY) arm(until);
    }
    for (const candidate of due) {
      // An earlier callback may have changed its fate.
      const ejection = running.get(candidate);
      if (ejection === undefined || ejection.until > now) continue;
      end(candidate);
      onExpired(candidate);
    }
  };
  const begin = (candidate: Candidate, durationMs: number, manual: boolean): void => {
    const until = clock.now() + durationMs;
    running.set(candidate, { until, manual });
    self.size = running.size;
    if (until < Number.POSITIVE_INFINITY) arm(until);
  };
  const end = (candidate: Candidate): boolean => {
    if (!running.delete(candidate)) return false;
    self.size = running.size;
    if (running.size === 0) disarm();
    const before = past.get(candidate);
    if (before !== undefined) before.inSince = clock.now();
    return true;
  };

  const self = {
    // A plain field: it is read for every request.
    size: 0,
    get decaying() {
      for (const candidate of past.keys()) if (!running.has(candidate)) return true;
      return false;
    },
    has: (candidate: Candidate) => running.has(candidate),
    candidates: () => running.keys(),
    isManual: (candidate: Candidate) => running.get(candidate)?.manual === true,
    until: (candidate: Candidate) => running.get(candidate)?.until ?? 0,
    start(candidate: Candidate) {
      const times = Math.min((past.get(candidate)?.times ?? 0) + 1, maxTimes);
      past.set(candidate, { times, inSince: Number.POSITIVE_INFINITY });
      const length = Math.min(baseEjectionMs * times, maxEjectionMs);
      const durationMs = length * (1 + jitterRatio * random());
      begin(candidate, durationMs, false);
      return { durationMs, times };
    },
    startManual(candidate: Candidate, durationMs: number) {
      begin(candidate, durationMs, true);
      return past.get(candidate)?.times ?? 0;
    },
    end,
    forget(candidate: Candidate) {
      past.delete(candidate);
      end(candidate);
    },
    decay() {
      const now = clock.now();
      for (const [candidate, before] of past) {
        if (running.has(candidate) || now - before.inSince < intervalMs) continue;
        if (--before.times === 0) past.delete(candidate);
      }
    },
    close() {
      disarm();
      running.clear();
      past.clear();
      self.size = 0;
    },
  };
  return self;
}

interface Ejection {
  readonly until: number;
  readonly manual: boolean;
}

interface Past {
  times: number;
  /** Clock time of its last return, in ms. */
  inSince: number;
}
