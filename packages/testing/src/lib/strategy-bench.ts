import assert from 'node:assert/strict';
import { type Candidate, type PickContext, type Strategy, seededRandom } from '@evenkeel/core';
import { type ManualClock, manualClock } from '@evenkeel/core/testing';
import type { FakeCandidate } from './fake-candidate.ts';
import type { TestStrategyOptions } from './test-strategy-options.ts';

/** One strategy with the clock, the in-flight counts and the results that a cluster would give it. */
export class StrategyBench {
  readonly strategy: Strategy;
  private readonly clock: ManualClock = manualClock(1_000);
  private readonly options: TestStrategyOptions;
  private keys = 0;

  constructor(make: TestStrategyOptions['make'], options: TestStrategyOptions) {
    this.options = options;
    this.strategy = make({ clock: this.clock, random: seededRandom(7) });
  }

  /** Picks, and counts the pick as pending. */
  pick(context: PickContext): Candidate | undefined {
    const picked = this.strategy.pick(context) as FakeCandidate | undefined;
    if (picked === undefined) return undefined;
    picked.inFlight++;
    picked.pending++;
    picked.oldestPendingAt = Math.min(picked.oldestPendingAt, this.clock.now());
    return picked;
  }

  /** Ends a pick 1 ms later. */
  finish(
    candidate: Candidate,
    kind: 'success' | 'failure' | 'cancelled' = 'success',
    latencyMs: number = 10,
  ): void {
    this.clock.advance(1);
    const fake = candidate as FakeCandidate;
    fake.inFlight = Math.max(0, fake.inFlight - 1);
    fake.pending = Math.max(0, fake.pending - 1);
    if (fake.pending === 0) fake.oldestPendingAt = Number.POSITIVE_INFINITY;
    if (kind === 'success') fake.successes++;
    if (kind === 'failure') fake.failures++;
    this.strategy.observe?.(candidate, { kind, latencyMs, at: this.clock.now() });
  }

  /** Picks many times with a key each, one at a time, and compares the shares with the weights. */
  assertShares(
    list: readonly FakeCandidate[],
    run: { readonly updateEvery?: number; readonly exclude?: ReadonlySet<string> } = {},
  ): void {
    const { picks = 20_000, toleranceRatio = 0.1, shares } = this.options;
    const counts = new Map<Candidate, number>();
    for (let i = 0; i < picks; i++) {
      if (run.updateEvery !== undefined && i % run.updateEvery === 0) this.strategy.update(list);
      const hashKey = `key-${this.keys++}`;
      const picked = this.pick(run.exclude === undefined ? { hashKey } : { hashKey, exclude: run.exclude });
      assert.ok(picked);
      counts.set(picked, (counts.get(picked) ?? 0) + 1);
      this.finish(picked);
    }
    const weightOf = (candidate: Candidate): number => (shares === 'equal' ? 1 : candidate.weight);
    const total = list.reduce((sum, candidate) => sum + weightOf(candidate), 0);
    for (const candidate of list) {
      const ideal = weightOf(candidate) / total;
      const share = (counts.get(candidate) ?? 0) / picks;
      assert.ok(
        Math.abs(share - ideal) <= toleranceRatio * ideal,
        `share of ${candidate.endpoint.id} among weights ${list.map((c) => c.weight)}: ${share}, expected ${ideal} ± ${toleranceRatio * 100} %`,
      );
    }
  }
}
