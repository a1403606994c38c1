import { type Clock, EvenkeelError } from '@evenkeel/core';
import { EventQueue, type TimelineEvent } from './event-queue.ts';

/** More events than this at one moment are taken for an endless loop. */
const EVENTS_AT_ONCE = 3_000_000;
/** Events after which promises get their turn although nobody asked: strategies of strangers may have some of their own. */
const EVENTS_PER_BREATH = 2_048;

/**
 * The virtual time of one simulation: it jumps from event to event. Promises settle before the next event wherever one can
 * be waiting, so that what runs on them (discovery, health checks, probes) takes no virtual time and always the same turns.
 */
export class Timeline {
  /** Clock time, in ms since the start. */
  now = 0;
  /** For code that awaits its timers, such as a cluster's: promises settle after each. */
  readonly clock: Clock;
  /** For code whose timers only call back: faster. */
  readonly callbackClock: Clock;
  private readonly queue = new EventQueue();
  private unsettled = false;

  constructor() {
    this.clock = this.clockThat((callback) => {
      this.unsettled = true;
      callback();
    });
    this.callbackClock = this.clockThat((callback) => callback());
  }

  /** Queues an event; `Infinity` never happens. */
  schedule(event: TimelineEvent, delayMs: number): void {
    if (delayMs < Number.POSITIVE_INFINITY) this.queue.push(event, this.now + Math.max(0, delayMs));
  }

  /** Calls back after a while. */
  after(delayMs: number, callback: () => void): void {
    this.schedule({ at: 0, order: 0, fire: callback }, delayMs);
  }

  /** Says that a promise was settled: what waits for it goes on before the next event. */
  promiseSettled(): void {
    this.unsettled = true;
  }

  /**
   * Lets time pass up to `endMs`, or until there is nothing left to wait for.
   *
   * @param isOver asked between events
   * @throws EvenkeelError when time stands still
   */
  async run(endMs: number, isOver: () => boolean = () => false): Promise<void> {
    let events = 0;
    let atOnce = 0;
    this.unsettled = true;
    for (;;) {
      if (this.unsettled) {
        this.unsettled = false;
        await settle();
        continue;
      }
      if (isOver()) return;
      const event = this.queue.takeDue(endMs);
      if (event === undefined) break;
      atOnce = event.at > this.now ? 0 : atOnce + 1;
      if (atOnce > EVENTS_AT_ONCE) throw endlessLoop(this.now);
      this.now = event.at;
      event.fire();
      if (++events % EVENTS_PER_BREATH === 0) this.unsettled = true;
    }
    this.now = endMs;
  }

  private clockThat(fire: (callback: () => void) => void): Clock {
    return {
      now: () => this.now,
      setTimer: (callback, ms) => {
        const timer = new Timer(callback, fire);
        this.schedule(timer, ms);
        return timer;
      },
    };
  }
}

class Timer implements TimelineEvent, Disposable {
  at = 0;
  order = 0;
  private callback: (() => void) | undefined;
  private readonly run: (callback: () => void) => void;

  constructor(callback: () => void, run: (callback: () => void) => void) {
    this.callback = callback;
    this.run = run;
  }

  fire(): void {
    const { callback } = this;
    if (callback !== undefined) this.run(callback);
  }

  [Symbol.dispose](): void {
    this.callback = undefined;
  }
}

function endlessLoop(now: number): EvenkeelError {
  const message = `the simulation stands still at ${now} ms: something (users without think time, say) takes no time at all`;
  return new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', message);
}

/** Lets all promises that can settle without I/O do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
