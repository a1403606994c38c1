import type { Clock } from '@evenkeel/core';

/** Leaves alone what has failed several times in a row, and lets it be asked now and then until it answers. */
export class Breaker {
  isOpen = false;
  private failures = 0;
  private probeAt = 0;
  private readonly threshold: number;
  private readonly probeMs: number;
  private readonly clock: Clock;
  private readonly onOpen: (error: unknown) => void;

  /** @param onOpen hears of the failure that was one too many */
  constructor(threshold: number, probeMs: number, clock: Clock, onOpen: (error: unknown) => void = () => {}) {
    this.threshold = threshold;
    this.probeMs = probeMs;
    this.clock = clock;
    this.onOpen = onOpen;
  }

  /** Whether this is the one to ask; at most one each `probeMs`. */
  mayProbe(): boolean {
    const now = this.clock.now();
    if (now < this.probeAt) return false;
    this.probeAt = now + this.probeMs;
    return true;
  }

  succeeded(): void {
    this.isOpen = false;
    this.failures = 0;
  }

  failed(error: unknown): void {
    this.failures++;
    if (this.isOpen || this.failures < this.threshold) return;
    this.isOpen = true;
    this.probeAt = this.clock.now() + this.probeMs;
    this.onOpen(error);
  }
}
