import type { Candidate } from '@evenkeel/core';
import type { PrequalSettings, ProbeResult } from './prequal-options.ts';

/** Sends probes without anybody waiting for them: one at a time for each candidate, each with a time limit. */
export class Prober {
  private readonly settings: PrequalSettings;
  private readonly onResult: (candidate: Candidate, result: ProbeResult) => void;
  private readonly open = new Set<Candidate>();

  constructor(settings: PrequalSettings, onResult: (candidate: Candidate, result: ProbeResult) => void) {
    this.settings = settings;
    this.onResult = onResult;
  }

  send(candidate: Candidate): void {
    if (this.open.size >= 2 * this.settings.poolSize || this.open.has(candidate)) return;
    this.open.add(candidate);
    void this.run(candidate);
  }

  private async run(candidate: Candidate): Promise<void> {
    const { probe, clock, probeAgeMs } = this.settings;
    const controller = new AbortController();
    const timer = clock.setTimer(() => {
      controller.abort();
      // A probe that ignores its signal must not keep the candidate from being probed again.
      this.open.delete(candidate);
    }, probeAgeMs);
    try {
      const result = await probe?.(candidate.endpoint, { signal: controller.signal });
      if (result !== undefined && !controller.signal.aborted) this.onResult(candidate, result);
    } catch {
      // No answer: the pool goes without it, and real requests tell whether the endpoint works.
    } finally {
      timer[Symbol.dispose]();
      if (!controller.signal.aborted) this.open.delete(candidate);
    }
  }
}
