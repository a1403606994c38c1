import type { Candidate } from '@evenkeel/core';

/** What one probe told of an endpoint. */
export interface Probe {
  /** Undefined while the record is not in use. */
  candidate: Candidate | undefined;
  /** The candidate's position in the list of candidates. */
  slot: number;
  /** Requests in flight at the endpoint, per unit of weight; raised by what was sent there since. */
  inFlight: number;
  /** Latency to expect there, in ms. */
  latencyMs: number;
  /** Clock time of the probe, in ms. */
  at: number;
  /** Picks that the probe may still serve. */
  uses: number;
}

/** The newest probe of each of a few endpoints, in the order they came. Records are used again: a pick allocates none. */
export class ProbePool {
  /** Probes in use. */
  count = 0;
  /** The probes in use, oldest first, then the records that are free. */
  private readonly records: Probe[];

  constructor(size: number) {
    this.records = Array.from({ length: size }, () => ({
      candidate: undefined,
      slot: 0,
      inFlight: 0,
      latencyMs: 0,
      at: 0,
      uses: 0,
    }));
  }

  /** The probe at an index below {@link count}, 0 being the oldest. */
  at(index: number): Probe | undefined {
    return index < this.count ? this.records[index] : undefined;
  }

  /**
   * Puts in a probe, to be filled in by the caller. It replaces an older one of the same candidate, or else the oldest
   * when the pool is full.
   */
  add(candidate: Candidate): Probe | undefined {
    for (let i = 0; i < this.count; i++) {
      if (this.records[i]?.candidate !== candidate) continue;
      this.removeAt(i);
      break;
    }
    if (this.count === this.records.length) this.removeAt(0);
    const probe = this.records[this.count++];
    if (probe !== undefined) probe.candidate = candidate;
    return probe;
  }

  remove(probe: Probe | undefined): void {
    for (let i = 0; i < this.count; i++) {
      if (this.records[i] !== probe) continue;
      this.removeAt(i);
      return;
    }
  }

  /** Drops the probes made before a time. */
  expire(before: number): void {
    while (this.count > 0 && (this.records[0]?.at ?? 0) < before) this.removeAt(0);
  }

  /** Keeps the probes of these candidates only, at their new positions. */
  retain(slots: ReadonlyMap<Candidate, number>): void {
    for (let i = this.count - 1; i >= 0; i--) {
      const probe = this.records[i];
      const slot = probe?.candidate === undefined ? undefined : slots.get(probe.candidate);
      if (probe === undefined || slot === undefined) this.removeAt(i);
      else probe.slot = slot;
    }
  }

  private removeAt(index: number): void {
    const { records } = this;
    const removed = records[index];
    if (removed === undefined) return;
    removed.candidate = undefined;
    this.count--;
    for (let i = index; i < this.count; i++) {
      const next = records[i + 1];
      if (next !== undefined) records[i] = next;
    }
    records[this.count] = removed;
  }
}
