import {
  type Candidate,
  type Endpoint,
  formatAddress,
  InvalidOptionsError,
  type PickContext,
  type Random,
} from '@evenkeel/core';
import type { HashFunction } from './hash-function.ts';
import type { HashStrategy } from './hash-strategy.ts';
import type { KeyTable, KeyTableBuilder } from './key-table.ts';
import type { Placement } from './member.ts';
import { Membership } from './membership.ts';
import { mix32 } from './mix.ts';
import { TableHolder } from './table-holder.ts';

/** Slots tried while candidates are excluded before the plain list is searched instead. */
const MAX_STEPS = 1024;
/** Jumps of `pickWhere`: if four of five candidates refuse, one pick in a million needs more. */
const MAX_JUMPS = 64;

/** Options that all strategies on keys share. */
export interface KeyStrategyOptions {
  /**
   * What stands for an endpoint when it is hashed; must be the same on all clients. Endpoints with the same name share one
   * place, and the smaller id takes it. @default `host:port`, with brackets around IPv6
   */
  readonly key?: (endpoint: Endpoint) => string;
  /** Spreads the picks that have no hash key. @default Math.random */
  readonly random?: Random;
}

/** What ring, Maglev and rendezvous hashing differ in. */
export interface KeyStrategySetup<T extends KeyTable> extends KeyStrategyOptions {
  readonly name: string;
  readonly hash: HashFunction;
  readonly builder: KeyTableBuilder<T>;
}

/**
 * Makes a strategy of a hash function and a way to build tables.
 *
 * @throws InvalidOptionsError when `key` or `random` is no function
 */
export function keyStrategy<T extends KeyTable>(setup: KeyStrategySetup<T>): HashStrategy {
  for (const field of ['key', 'random'] as const) {
    const value: unknown = setup[field];
    if (value !== undefined && typeof value !== 'function') {
      throw new InvalidOptionsError(field, value, 'a function');
    }
  }
  return new KeyStrategy(setup);
}

class KeyStrategy<T extends KeyTable> implements HashStrategy {
  readonly name: string;
  private readonly setup: KeyStrategySetup<T>;
  private readonly hash: HashFunction;
  private readonly random: Random;
  private readonly membership: Membership;
  private readonly holder: TableHolder<T>;
  /** The hash of the key in hand. */
  private readonly words = new Uint32Array(2);

  constructor(setup: KeyStrategySetup<T>) {
    this.name = setup.name;
    this.setup = setup;
    this.hash = setup.hash;
    this.random = setup.random ?? Math.random;
    this.membership = new Membership(setup.key ?? defaultKey);
    this.holder = new TableHolder(setup.builder);
  }

  update(candidates: readonly Candidate[]): void {
    if (this.membership.update(candidates)) this.holder.place(this.membership.placements);
    else this.holder.refresh();
  }

  pick(context: PickContext): Candidate | undefined {
    const { words } = this;
    const { table } = this.holder;
    if (table === undefined) return undefined;
    this.hashContext(context);
    const slot = table.locate(words);
    const candidate = table.candidates[table.ownerOf(slot)];
    return isOpen(candidate, context.exclude) ? candidate : this.pickNext(table, slot, context.exclude);
  }

  pickWhere(context: PickContext, accepts: (candidate: Candidate) => boolean): Candidate | undefined {
    const { words } = this;
    const { table } = this.holder;
    if (table === undefined) return undefined;
    this.hashContext(context);
    const start = mix32((words[0] as number) ^ (words[1] as number));
    for (let jump = 0; jump <= MAX_JUMPS; jump += 1) {
      if (jump > 0) this.jump();
      const candidate = table.candidates[table.ownerOf(table.locate(words))];
      if (isOpen(candidate, context.exclude) && accepts(candidate)) return candidate;
    }
    return this.search(start, context.exclude, accepts);
  }

  clone(): HashStrategy {
    return new KeyStrategy(this.setup);
  }

  private hashContext(context: PickContext): void {
    const { words } = this;
    if (context.hashKey === undefined) {
      words[0] = this.random() * 0x1_0000_0000;
      words[1] = this.random() * 0x1_0000_0000;
      return;
    }
    // A hash of the user's own may leave the lower half alone, and it must not be that of the key before.
    words[1] = 0;
    this.hash(context.hashKey, words);
  }

  private jump(): void {
    const { words } = this;
    const high = mix32((words[0] as number) + 0x9e3779b9);
    words[1] = mix32((words[1] as number) ^ high);
    words[0] = high ^ (words[1] as number);
  }

  private pickNext(table: T, start: number, exclude: ReadonlySet<string> | undefined): Candidate | undefined {
    const { words } = this;
    const allExcluded = exclude !== undefined && exclude.size >= this.membership.placements.length;
    const steps = allExcluded ? 0 : MAX_STEPS;
    let slot = start;
    let last = table.ownerOf(start);
    for (let attempt = 1; attempt <= steps; attempt += 1) {
      slot = table.next(words, slot, attempt);
      const owner = table.ownerOf(slot);
      if (owner === last) continue;
      last = owner;
      const candidate = table.candidates[owner];
      if (isOpen(candidate, exclude)) return candidate;
    }
    return this.search(mix32((words[0] as number) ^ (words[1] as number)), exclude, undefined);
  }

  /** The last resort, O(endpoints): from a place that depends on the key, takes the first that may be picked. */
  private search(
    start: number,
    exclude: ReadonlySet<string> | undefined,
    accepts: ((candidate: Candidate) => boolean) | undefined,
  ): Candidate | undefined {
    const { placements } = this.membership;
    const { length } = placements;
    const first = length === 0 ? 0 : start % length;
    for (let i = 0; i < length; i += 1) {
      const { member } = placements[first + i < length ? first + i : first + i - length] as Placement;
      const { candidate } = member;
      if (isOpen(candidate, exclude) && (accepts === undefined || accepts(candidate))) return candidate;
    }
    return undefined;
  }
}

function isOpen(
  candidate: Candidate | undefined,
  exclude: ReadonlySet<string> | undefined,
): candidate is Candidate {
  return candidate !== undefined && (exclude === undefined || !exclude.has(candidate.endpoint.id));
}

function defaultKey(endpoint: Endpoint): string {
  return formatAddress(endpoint.host, endpoint.port);
}
