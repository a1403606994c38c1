import type { Candidate, Random } from '@evenkeel/core';

/**
 * Weighted round robin by earliest deadline first: each pick moves a candidate's deadline on by 1 / weight, and the
 * next is due first in a binary heap. O(log n) a pick.
 */
export class DeadlineQueue {
  private readonly random: Random;
  private candidates: readonly Candidate[] = [];
  /** The deadline of the candidate at each position of the list. */
  private deadlines: Float64Array = new Float64Array(0);
  /** Positions in the list, as a heap by deadline. */
  private heap: Int32Array = new Int32Array(0);
  private now = 0;

  constructor(random: Random) {
    this.random = random;
  }

  update(candidates: readonly Candidate[]): void {
    const before = new Map<Candidate, number>();
    for (const [i, candidate] of this.candidates.entries()) before.set(candidate, this.deadlines[i] ?? 0);
    const { now } = this;
    this.candidates = candidates;
    this.deadlines = Float64Array.from(candidates, (candidate) => {
      const due = before.get(candidate);
      // Nobody waits longer than its new weight says; the first deadlines are random, so clients differ.
      return Math.min(due === undefined ? this.random() / candidate.weight : due - now, 1 / candidate.weight);
    });
    this.now = 0;
    this.heap = Int32Array.from(candidates, (_, i) => i);
    for (let i = (candidates.length >> 1) - 1; i >= 0; i--) this.sink(i);
  }

  pick(exclude: ReadonlySet<string> | undefined): Candidate | undefined {
    if (exclude === undefined || exclude.size === 0) return this.take(0);
    const place = this.firstOpen(0, exclude);
    return place === -1 ? undefined : this.take(place);
  }

  /** Picks what is at a place of the heap. */
  private take(place: number): Candidate | undefined {
    const slot = this.heap[place];
    const candidate = slot === undefined ? undefined : this.candidates[slot];
    if (slot === undefined || candidate === undefined) return undefined;
    const deadline = this.deadlines[slot] ?? 0;
    this.now = Math.max(this.now, deadline);
    this.deadlines[slot] = this.now + 1 / candidate.weight;
    this.sink(place);
    return candidate;
  }

  /** The place of the earliest deadline at or below a place, among those not excluded: looks only below excluded ones. */
  private firstOpen(place: number, exclude: ReadonlySet<string>): number {
    const slot = this.heap[place];
    if (slot === undefined) return -1;
    const candidate = this.candidates[slot];
    if (candidate !== undefined && !exclude.has(candidate.endpoint.id)) return place;
    const left = this.firstOpen(2 * place + 1, exclude);
    const right = this.firstOpen(2 * place + 2, exclude);
    if (left === -1 || right === -1) return Math.max(left, right);
    return this.deadlineAt(left) <= this.deadlineAt(right) ? left : right;
  }

  private deadlineAt(place: number): number {
    return this.deadlines[this.heap[place] ?? 0] ?? 0;
  }

  private sink(from: number): void {
    const { heap } = this;
    const slot = heap[from] ?? 0;
    const deadline = this.deadlines[slot] ?? 0;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.deadlineAt(child + 1) < this.deadlineAt(child)) child++;
      if (this.deadlineAt(child) >= deadline) break;
      heap[place] = heap[child] ?? 0;
      place = child;
    }
    heap[place] = slot;
  }
}
