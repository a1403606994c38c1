import { randomBytes } from 'node:crypto';
import { Lru } from './lru.ts';

/** The generation of what has none yet; no entry is ever valid for it. */
export const NO_GENERATION = '';

/** Makes the generation of something that is stored for the first time. */
export function firstGeneration(): string {
  return `c${randomBytes(9).toString('base64url')}`;
}

/** Makes the generation that a purge begins. */
export function purgedGeneration(now: number): string {
  return `p${Math.floor(now).toString(36)}.${randomBytes(9).toString('base64url')}`;
}

const GENERATION = /^(?:c|p[0-9a-z]{1,11}\.)[\w-]{12}$/;

/** A generation as the shared store has it; {@link NO_GENERATION} for none, and for what is no generation of ours. */
export function generationOf(bytes: Buffer | undefined): string {
  const text = bytes === undefined || bytes.length > 32 ? NO_GENERATION : bytes.toString('latin1');
  return GENERATION.test(text) ? text : NO_GENERATION;
}

/** When a purge began this generation, in ms since 1970; undefined when none did. */
export function purgedAt(generation: string): number | undefined {
  return generation.startsWith('p') ? Number.parseInt(generation.slice(1), 36) : undefined;
}

/** Whether nothing was purged in between; what was never stored under a generation is not valid for it. */
export function sameGenerations(kept: readonly string[], current: readonly string[]): boolean {
  return (
    kept.length === current.length && kept.every((value, index) => value !== '' && value === current[index])
  );
}

const MAX_KNOWN = 100_000;

/** The generations this instance knows, and for how long it may believe them. */
export class Generations {
  private readonly known = new Lru<{ readonly value: string; readonly until: number }>(MAX_KNOWN);
  private readonly now: () => number;
  private readonly trustMs: () => number;
  private readonly shared: boolean;
  private readonly aloneMs: () => number;
  /** Counts purges heard of: what was read before one may be older than it. */
  private epoch = 0;

  /**
   * @param now monotonic, in ms
   * @param shared whether there is a store that knows better
   * @param trustMs how long what the store said is believed, in ms
   * @param aloneMs how long this instance goes on alone with what it stores now, in ms; 0 while it has to ask
   */
  constructor(now: () => number, shared: boolean, trustMs: () => number, aloneMs: () => number) {
    this.now = now;
    this.shared = shared;
    this.trustMs = trustMs;
    this.aloneMs = aloneMs;
  }

  /** Whether nobody knows better than this instance. */
  get alone(): boolean {
    return this.aloneMs() > 0;
  }

  /** The generations of some keys; undefined unless all are known. Alone, this instance makes up what is missing. */
  read(keys: readonly string[]): readonly string[] | undefined {
    const values: string[] = [];
    const now = this.now();
    const { alone } = this;
    for (const key of keys) {
      let found = this.known.get(key);
      if (alone && (found === undefined || found.until <= now)) {
        found = { value: firstGeneration(), until: Number.POSITIVE_INFINITY };
        this.known.set(key, found);
      }
      if (found === undefined || found.until <= now) return undefined;
      values.push(found.value);
    }
    return values;
  }

  /** Until when what the store says now is believed. */
  trustUntil(): number {
    if (!this.shared) return Number.POSITIVE_INFINITY;
    return this.now() + (this.aloneMs() || this.trustMs());
  }

  /** Whether something is still believed. */
  trusts(until: number): boolean {
    return until > this.now();
  }

  /** Begins to read from the store; what `learn` is told belongs to this moment. */
  mark(): number {
    return this.epoch;
  }

  /** Keeps what the store said, unless a purge came meanwhile. */
  learn(keys: readonly string[], values: readonly string[], mark: number): void {
    if (mark !== this.epoch) return;
    const until = this.trustUntil();
    for (const [index, key] of keys.entries()) {
      const value = values[index];
      if (value !== undefined && value !== NO_GENERATION) this.known.set(key, { value, until });
    }
  }

  /** Begins a new generation here. */
  renew(key: string, value: string): void {
    this.epoch += 1;
    if (this.alone) this.known.set(key, { value, until: Number.POSITIVE_INFINITY });
    else this.known.delete(key);
  }

  /** Forgets one key, as another instance purged it. */
  forget(key: string): void {
    this.epoch += 1;
    this.known.delete(key);
  }

  /** Forgets all: messages may have been missed. */
  forgetAll(): void {
    this.epoch += 1;
    this.known.clear();
  }
}
