import type { Clock } from '../clock.ts';
import type { Endpoint } from '../endpoint.ts';
import { jittered, type Random } from '../random.ts';
import { type CheckQueue, checkQueue, type QueuePlace } from './check-queue.ts';
import { type CheckSettings, checkSettings } from './check-settings.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import { type CheckResult, type RunningCheck, runCheck } from './run-check.ts';
import { type HealthStatus, type Verdict, verdict } from './verdict.ts';

export type { HealthStatus };

/** What a {@link HealthMonitor} checks with, and whom it tells. */
export interface HealthMonitorOptions {
  readonly check: HealthCheckOptions;
  readonly clock: Clock;
  readonly random: Random;
  /** The verdict changed; the first one counts as a change. */
  readonly onChange: (endpoint: Endpoint, healthy: boolean, reason: string) => void;
  /** A check passed, whatever the verdict; called after `onChange`. */
  readonly onPass?: (endpoint: Endpoint) => void;
  /** A callback, or the checker's disposal, threw. A checker that throws has only failed its check. @default an uncaught exception */
  readonly onError?: (error: unknown) => void;
}

/** Active health checks of any number of endpoints. */
export interface HealthMonitor {
  /**
   * Begins to check an endpoint. One with a known id replaces the old object and keeps the verdict; if its address
   * differs, what was learned on the way to another verdict is dropped and it is checked at once.
   */
  track(endpoint: Endpoint): void;
  /** Stops checking, aborts a running check and forgets the verdict. */
  untrack(id: string): void;
  /** `unknown` for an id that is not tracked, too. */
  status(id: string): HealthStatus;
  /** Whether the endpoint may serve: an unknown one counts as the option `initial` says. */
  usable(id: string): boolean;
  /** Stops all checks and disposes of the checker. Resolves when that is done; safe to call twice. */
  close(): Promise<void>;
}

/**
 * Makes a monitor. Each endpoint has its own schedule, varied by jitter. The first check of an endpoint comes after a
 * random moment of at most 1 ms for each endpoint tracked, at most 1 s and one interval: three are checked almost at
 * once, ten thousand over a second; never more than `concurrency` at a time.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function healthMonitor(options: HealthMonitorOptions): HealthMonitor {
  const settings = checkSettings(options.check);
  const queue = checkQueue(settings.concurrency);
  const watches = new Map<string, Watch>();
  let closing: Promise<void> | undefined;

  const spreadMs = (): number => Math.min(watches.size, 1_000, settings.intervalMs) * options.random();
  const close = async (): Promise<void> => {
    for (const watch of watches.values()) watch.stop();
    watches.clear();
    try {
      await settings.checker[Symbol.asyncDispose]?.();
    } catch (error) {
      guarded(options, () => {
        throw error;
      });
    }
  };

  return {
    track(endpoint) {
      if (closing !== undefined) return;
      const known = watches.get(endpoint.id);
      if (known === undefined) {
        const watch = new Watch(endpoint, options, settings, queue);
        watches.set(endpoint.id, watch);
        watch.schedule(spreadMs());
      } else if (known.replace(endpoint)) {
        known.schedule(spreadMs());
      }
    },
    untrack(id) {
      watches.get(id)?.stop();
      watches.delete(id);
    },
    status: (id) => watches.get(id)?.verdict.status ?? 'unknown',
    usable(id) {
      const status = watches.get(id)?.verdict.status ?? 'unknown';
      return status === 'healthy' || (status === 'unknown' && settings.initial === 'healthy');
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** The schedule of one endpoint: at any moment it waits for its timer, waits in the queue, runs a check or is stopped. */
class Watch {
  readonly verdict: Verdict;
  private endpoint: Endpoint;
  private readonly monitor: HealthMonitorOptions;
  private readonly settings: CheckSettings;
  private readonly queue: CheckQueue;
  private timer: Disposable | undefined;
  private place: QueuePlace | undefined;
  private running: RunningCheck | undefined;
  private stopped = false;

  constructor(endpoint: Endpoint, monitor: HealthMonitorOptions, settings: CheckSettings, queue: CheckQueue) {
    this.endpoint = endpoint;
    this.monitor = monitor;
    this.settings = settings;
    this.queue = queue;
    this.verdict = verdict(settings.rise, settings.fall);
  }

  /** Takes a newer object for the same id; true when its address is another one, and no check is scheduled any more. */
  replace(endpoint: Endpoint): boolean {
    const moved = endpoint.host !== this.endpoint.host || endpoint.port !== this.endpoint.port;
    this.endpoint = endpoint;
    if (!moved) return false;
    this.verdict.restart();
    this.cancel();
    return true;
  }

  schedule(delayMs: number): void {
    this.timer = this.monitor.clock.setTimer(() => {
      this.timer = undefined;
      this.place = this.queue.enter(() => this.check());
    }, delayMs);
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  private cancel(): void {
    this.timer?.[Symbol.dispose]();
    this.timer = undefined;
    this.running?.cancel();
    this.running = undefined;
    this.place?.leave();
    this.place = undefined;
  }

  private check(): void {
    const { checker, timeoutMs } = this.settings;
    const { endpoint } = this;
    this.running = runCheck(checker, endpoint, this.monitor.clock, timeoutMs, (result) =>
      this.conclude(result),
    );
  }

  private conclude(result: CheckResult): void {
    this.running = undefined;
    const { place } = this;
    this.place = undefined;
    const { endpoint } = this;
    const reason = result.passed ? this.verdict.pass() : this.verdict.fail(result.error);
    // Scheduled before anybody hears of it: a listener may stop this watch or move its endpoint.
    this.schedule(this.nextDelayMs());
    if (reason !== undefined) {
      guarded(this.monitor, () => this.monitor.onChange(endpoint, result.passed, reason));
    }
    if (result.passed && !this.stopped) guarded(this.monitor, () => this.monitor.onPass?.(endpoint));
    place?.leave();
  }

  private nextDelayMs(): number {
    const { intervalMs, unhealthyIntervalMs, jitterRatio } = this.settings;
    const delayMs = this.verdict.settled ? intervalMs : unhealthyIntervalMs;
    return jittered(delayMs, jitterRatio, this.monitor.random);
  }
}

/** Calls somebody else's code, which must not stop the checks. */
function guarded(monitor: HealthMonitorOptions, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (monitor.onError !== undefined) monitor.onError(error);
    else
      queueMicrotask(() => {
        throw error;
      });
  }
}
