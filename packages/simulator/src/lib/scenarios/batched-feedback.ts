import { type Candidate, numberOption, type Observation, type Strategy } from '@evenkeel/core';
import type { StrategyFactory } from '../strategy-factory.ts';

/**
 * Lets a strategy see old counts: what it knows of the requests at the endpoints (`inFlight`, `pending`,
 * `oldestPendingAt`, `successes`, `failures`) is brought up to date for all of them at once, before the first of every
 * `picks` picks. In between it sees neither what ended nor what it sent itself, unless it keeps count of its own. This is
 * "balls into bins in batches" (Berenbrink, Czumaj, Englert, Friedetzky, Nagel, 2012), or a client that is told the loads
 * by a report now and then. Results (`observe`) and weights reach it without delay.
 *
 * @throws InvalidOptionsError when `picks` is not an integer of at least 1
 */
export function batchedFeedback(strategy: StrategyFactory, picks: number): StrategyFactory {
  numberOption('picks', picks, 1, { min: 1, integer: true });
  return (context) => new Batched(strategy(context), picks);
}

class Batched implements Strategy {
  readonly name: string;
  private readonly inner: Strategy;
  private readonly batch: number;
  private views = new Map<Candidate, View>();
  private left = 0;

  constructor(inner: Strategy, batch: number) {
    this.name = inner.name;
    this.inner = inner;
    this.batch = batch;
  }

  update(candidates: readonly Candidate[]): void {
    // A view lives as long as its candidate: the strategy may keep what it learned by it.
    this.views = new Map(
      candidates.map((candidate) => [candidate, this.views.get(candidate) ?? new View(candidate)]),
    );
    this.inner.update([...this.views.values()]);
  }

  pick(...given: Parameters<Strategy['pick']>): Candidate | undefined {
    if (this.left === 0) {
      for (const view of this.views.values()) view.refresh();
      this.left = this.batch;
    }
    this.left--;
    return (this.inner.pick(...given) as View | undefined)?.source;
  }

  observe(candidate: Candidate, observation: Observation): void {
    const view = this.views.get(candidate);
    if (view !== undefined) this.inner.observe?.(view, observation);
  }
}

/** A candidate as it was when the batch began. */
class View implements Candidate {
  readonly source: Candidate;
  inFlight = 0;
  pending = 0;
  oldestPendingAt: number = Number.POSITIVE_INFINITY;
  successes = 0;
  failures = 0;

  constructor(source: Candidate) {
    this.source = source;
    this.refresh();
  }

  get endpoint(): Candidate['endpoint'] {
    return this.source.endpoint;
  }

  get weight(): number {
    return this.source.weight;
  }

  refresh(): void {
    const { inFlight, pending, oldestPendingAt, successes, failures } = this.source;
    this.inFlight = inFlight;
    this.pending = pending;
    this.oldestPendingAt = oldestPendingAt;
    this.successes = successes;
    this.failures = failures;
  }
}
