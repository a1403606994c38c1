import { emptyFields, type Fields } from '../http/fields.ts';
import type { CacheKey } from '../undici-types.ts';
import type { CacheSlot } from './cache-store.ts';
import { sameGenerations } from './generations.ts';
import type { KeySpace, ResourceKeys } from './keys.ts';

/** Sets of field names that select variants of one resource, the newest first. */
export interface VariantIndex {
  readonly varies: readonly (readonly string[])[];
  /** When the last of its variants ends, in ms since 1970. */
  readonly until: number;
  /** The generations that its variants were stored under: once one of them ended, there is none. */
  readonly generations: readonly string[];
}

/** More sets of names than this are not remembered: an origin changes its Vary rarely. */
const MAX_VARIES = 4;

/** A lookup in progress, and later the place to store in. */
export class Slot implements CacheSlot {
  readonly key: CacheKey;
  readonly keys: ResourceKeys;
  readonly request: Readonly<Fields>;
  readonly startedAt: number;
  readonly epoch: number;
  /** The generations before the request went out: what is stored is valid for these. */
  generations: readonly string[] | undefined;
  /** The last purge of tags before the request went out; undefined when that is not known. */
  tagPurge: string | undefined;
  index: VariantIndex | undefined;
  /** The key of the lock that this instance holds; where variants are found may change meanwhile. */
  lock: string | undefined;
  /** Whether there is a shared store that could be asked. */
  shared = false;
  /** Whether the shared store is down, and this instance keeps what it fetches for a while. */
  alone = false;
  /** Writes of this slot that are not through. */
  writing: Promise<void> | undefined;

  private readonly space: KeySpace;

  constructor(key: CacheKey, space: KeySpace, startedAt: number, epoch: number) {
    this.epoch = epoch;
    this.key = key;
    this.space = space;
    this.keys = space.resource(key);
    this.request = key.headers ?? emptyFields();
    this.startedAt = startedAt;
  }

  get storable(): boolean {
    return this.generations !== undefined;
  }

  /** What requests must have in common to be served by one fetch, as far as is known before it. */
  get flight(): string {
    return this.flightKey(this.keys.index);
  }

  get lockKey(): string {
    return this.flightKey(this.keys.lock);
  }

  private flightKey(key: string): string {
    const names = this.index?.varies[0];
    return names === undefined ? key : this.space.variant(key, names, this.request);
  }

  /** Where its variants may be. */
  variantKeys(index: VariantIndex): string[] {
    return index.varies.map((names) => this.space.variant(this.keys.index, names, this.request));
  }
}

/** Reads an index as it is in the shared store; undefined for anything else. */
export function parseIndex(bytes: Buffer): VariantIndex | undefined {
  try {
    const { varies, until, generations } = JSON.parse(bytes.toString()) as Partial<VariantIndex>;
    const sound =
      typeof until === 'number' && Array.isArray(varies) && varies.every(isStrings) && isStrings(generations);
    return sound ? { varies: varies.slice(0, MAX_VARIES), until, generations } : undefined;
  } catch {
    return undefined;
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** An index with one more set of names; those of earlier generations have no variants any more. */
export function extendIndex(
  index: VariantIndex | undefined,
  names: readonly string[],
  until: number,
  generations: readonly string[],
): VariantIndex {
  const earlier =
    index !== undefined && sameGenerations(index.generations, generations) ? index : { varies: [], until: 0 };
  const id = names.join();
  const others = earlier.varies.filter((other) => other.join() !== id);
  return {
    varies: [names, ...others].slice(0, MAX_VARIES),
    until: Math.max(until, earlier.until),
    generations,
  };
}

/** Why no variant of an index answers: where nothing selects them there is but one, and the URL has none. */
export function missOf({ varies }: VariantIndex): 'uri-miss' | 'vary-miss' {
  return varies.some((names) => names.length > 0) ? 'vary-miss' : 'uri-miss';
}
