import type { Clock } from '@evenkeel/core';

/** Calls back once nothing has been heard for a while. To hear something costs no timer: only the time is noted. */
export class IdleTimer {
  private readonly clock: Clock;
  private readonly ms: number;
  private readonly onIdle: () => void;
  private timer: Disposable | undefined;
  private since = 0;
  private waiting = false;

  /** @param ms how long to wait; 0 waits for ever */
  constructor(clock: Clock, ms: number, onIdle: () => void) {
    this.clock = clock;
    this.ms = ms;
    this.onIdle = onIdle;
  }

  /** Waits from now on. */
  wait(): void {
    if (this.ms === 0) return;
    this.since = this.clock.now();
    this.waiting = true;
    this.timer ??= this.clock.setTimer(this.check, this.ms);
  }

  /** Waits for nothing until `wait` is called again. */
  rest(): void {
    this.waiting = false;
  }

  /** Lets go of the timer. */
  stop(): void {
    this.waiting = false;
    this.timer?.[Symbol.dispose]();
    this.timer = undefined;
  }

  private readonly check = (): void => {
    this.timer = undefined;
    if (!this.waiting) return;
    const left = this.since + this.ms - this.clock.now();
    if (left > 0) this.timer = this.clock.setTimer(this.check, left);
    else this.onIdle();
  };
}
