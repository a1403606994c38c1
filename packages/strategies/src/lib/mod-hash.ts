import {
  type Candidate,
  choiceOption,
  InvalidOptionsError,
  type PickContext,
  type Random,
  type Strategy,
} from '@evenkeel/core';
import { crc32 } from './hashing/crc32.ts';

/** Options of {@link modHash}. */
export interface ModHashOptions {
  /**
   * `crc32` as nginx's `hash` without `consistent`; `ip` as its `ip_hash`, over the first three octets of an IPv4 address
   * (a key that is none is taken by its characters). @default 'crc32'
   */
  readonly hash?: 'crc32' | 'ip';
  /** Spreads the picks that have no hash key. @default Math.random */
  readonly random?: Random;
}

/** Tries, as in nginx, before a key whose endpoints are excluded goes to the next one in the list. */
const MAX_TRIES = 20;
const IP_MODULUS = 6_271;
/** nginx uses 15 bits. */
const HASHES = 0x8000;
const SCRATCH = new Uint32Array(2);

/** Hashes a key for one try after another; nginx carries each try's result on into the next. */
type Rehash = (key: string, attempt: number, before: number) => number;

/**
 * A key's hash modulo the total weight, over the endpoints in the order they are listed: where a key lives in a cluster
 * of nginx with the same servers. Picks cost O(log n).
 *
 * Not consistent: when an endpoint comes or goes, most keys move; `ringHash` and `maglev` keep them. nginx takes 15 bits
 * of the CRC, so endpoints beyond a total weight of 32,768 get nothing.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function modHash(options: ModHashOptions = {}): Strategy {
  const { random = Math.random } = options;
  if (typeof random !== 'function') throw new InvalidOptionsError('random', random, 'a function');
  const hash = choiceOption('hash', options.hash, 'crc32', ['crc32', 'ip']);
  return new ModHash(hash === 'ip' ? ipHash : crcHash, random);
}

class ModHash implements Strategy {
  readonly name = 'mod-hash';
  private readonly rehash: Rehash;
  private readonly random: Random;
  private candidates: readonly Candidate[] = [];
  private wholeWeights = true;
  /** For each candidate the weight of all up to it. */
  private upTo: Float64Array = new Float64Array(0);

  constructor(rehash: Rehash, random: Random) {
    this.rehash = rehash;
    this.random = random;
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.wholeWeights = candidates.every(({ weight }) => Number.isInteger(weight));
    this.upTo = new Float64Array(candidates.length);
    let total = 0;
    for (const [index, { weight }] of candidates.entries()) {
      total += weight;
      this.upTo[index] = total;
    }
  }

  pick({ hashKey, exclude }: PickContext): Candidate | undefined {
    const { candidates, upTo } = this;
    const total = upTo[candidates.length - 1];
    if (total === undefined) return undefined;
    let hash = 0;
    let slot = 0;
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      if (hashKey === undefined) hash = Math.floor(this.random() * HASHES);
      else hash = this.rehash(hashKey, attempt, hash);
      slot = this.slotAt(this.pointOf(hash, total));
      const candidate = candidates[slot];
      if (candidate !== undefined && !exclude?.has(candidate.endpoint.id)) return candidate;
    }
    return this.firstOpen(slot, exclude);
  }

  clone(): Strategy {
    return new ModHash(this.rehash, this.random);
  }

  /** nginx has whole weights only; others, such as those of slow start, need a point between them. */
  private pointOf(hash: number, total: number): number {
    return this.wholeWeights ? hash % total : ((hash % HASHES) / HASHES) * total;
  }

  /** The candidate in whose share of the total weight a point lies. */
  private slotAt(point: number): number {
    const { upTo } = this;
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (point < (upTo[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private firstOpen(from: number, exclude: ReadonlySet<string> | undefined): Candidate | undefined {
    const { candidates } = this;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[(from + i) % candidates.length];
      if (candidate !== undefined && !exclude?.has(candidate.endpoint.id)) return candidate;
    }
    return undefined;
  }
}

function crcHash(key: string, attempt: number, before: number): number {
  crc32(attempt === 0 ? key : `${attempt}${key}`, SCRATCH);
  return before + (((SCRATCH[0] ?? 0) >>> 16) & (HASHES - 1));
}

function ipHash(key: string, attempt: number, before: number): number {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/.exec(key);
  let hash = attempt === 0 ? 89 : before;
  if (octets === null) {
    for (let i = 0; i < key.length; i++) hash = (hash * 113 + key.charCodeAt(i)) % IP_MODULUS;
  } else {
    for (let i = 1; i <= 3; i++) hash = (hash * 113 + Number(octets[i])) % IP_MODULUS;
  }
  return hash;
}
