import type { Candidate, Endpoint } from '@evenkeel/core';
import type { Member, Placement } from './member.ts';

interface Entry extends Member {
  endpoint: Endpoint;
  key: string;
  weight: number;
  updated: number;
  placed: number;
}

/** Follows the candidates of a strategy, and knows when a table made for them would be another one. */
export class Membership {
  /** All candidates, in an order that depends on nothing but their names. */
  placements: readonly Placement[] = [];
  private placed: readonly Entry[] = [];
  private readonly keyOf: (endpoint: Endpoint) => string;
  private readonly entries = new Map<string, Entry>();
  private updates = 0;

  constructor(keyOf: (endpoint: Endpoint) => string) {
    this.keyOf = keyOf;
  }

  /** Takes the candidates of an update; returns whether someone came or left, or changed name or weight. */
  update(candidates: readonly Candidate[]): boolean {
    this.updates += 1;
    let changed = false;
    for (const candidate of candidates) if (this.take(candidate)) changed = true;
    for (const entry of this.entries.values()) {
      if (entry.updated === this.updates) continue;
      entry.candidate = undefined;
      this.entries.delete(entry.id);
      changed = true;
    }
    if (changed) this.placements = this.place();
    return changed;
  }

  private take(candidate: Candidate): boolean {
    const { endpoint, weight } = candidate;
    const entry = this.entries.get(endpoint.id);
    if (entry === undefined) {
      const { id } = endpoint;
      const key = this.keyOf(endpoint);
      this.entries.set(id, {
        id,
        candidate,
        rank: 0,
        endpoint,
        key,
        weight,
        updated: this.updates,
        placed: 0,
      });
      return true;
    }
    const { key: oldKey, weight: oldWeight } = entry;
    if (entry.endpoint !== endpoint) entry.key = this.keyOf(endpoint);
    entry.candidate = candidate;
    entry.endpoint = endpoint;
    entry.weight = weight;
    entry.updated = this.updates;
    return entry.key !== oldKey || weight !== oldWeight;
  }

  /** Those that stay keep their place in the list, which leaves the sort next to nothing to do. */
  private place(): Placement[] {
    const stay = this.placed.filter(({ candidate }) => candidate !== undefined);
    for (const entry of stay) entry.placed = this.updates;
    for (const entry of this.entries.values()) if (entry.placed !== this.updates) stay.push(entry);
    this.placed = stay.sort(compareEntries);
    return stay.map((member) => ({ member, key: member.key, weight: member.weight }));
  }
}

function compareEntries(a: Entry, b: Entry): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
