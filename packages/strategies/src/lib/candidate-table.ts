import type { Candidate } from '@evenkeel/core';

/** Numbers kept for each candidate: 8 of them fill one cache line. */
const STRIDE = 8;

/**
 * Learned figures of all candidates in one array, so that a pick reads one cache line for each candidate it looks at
 * and looks nothing up. A candidate keeps its figures through updates and loses them when it leaves.
 */
export class CandidateTable {
  /** The figures of the candidate at position `i` start at {@link offset}`(i)`. */
  data: Float64Array = new Float64Array(0);
  candidates: readonly Candidate[] = [];
  private slots = new Map<Candidate, number>();
  private readonly initial: readonly number[];

  /** @param initial the figures of a newcomer, at most 8 */
  constructor(initial: readonly number[]) {
    this.initial = initial;
  }

  retain(candidates: readonly Candidate[]): void {
    const data = new Float64Array(candidates.length * STRIDE);
    const slots = new Map<Candidate, number>();
    for (const [slot, candidate] of candidates.entries()) {
      const old = this.slots.get(candidate);
      const figures = old === undefined ? this.initial : this.data.subarray(old * STRIDE, (old + 1) * STRIDE);
      data.set(figures, slot * STRIDE);
      slots.set(candidate, slot);
    }
    this.data = data;
    this.slots = slots;
    this.candidates = candidates;
  }

  /** The candidate's position in the last list; -1 when it is not in it. */
  slotOf(candidate: Candidate): number {
    return this.slots.get(candidate) ?? -1;
  }

  get size(): number {
    return this.slots.size;
  }
}

/** Where in {@link CandidateTable.data} the figures of a position start. */
export function offset(slot: number): number {
  return slot * STRIDE;
}
