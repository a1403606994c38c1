import { createHmac } from 'node:crypto';
import {
  type Candidate,
  type Clock,
  choiceOption,
  type Endpoint,
  InvalidOptionsError,
  numberOption,
  type Observation,
  type PickContext,
  type Strategy,
  systemClock,
} from '@evenkeel/core';
import { KeyMemory } from './hashing/key-memory.ts';
import { xxHash64 } from './hashing/xx-hash64.ts';

/** Options of {@link sticky}. */
export interface StickyOptions {
  /** Picks for those who have no endpoint yet, or whose endpoint is gone. */
  readonly fallback: Strategy;
  /**
   * What a hash key that is no token means: `token` leaves it to the fallback; `remember` keeps the key with the
   * endpoint it was given first, in memory. @default 'token'
   */
  readonly keys?: 'token' | 'remember';
  /** Keys remembered at most; the one unused for longest is forgotten first. @default 10,000 */
  readonly maxKeys?: number;
  /** How long an unused key is remembered, in ms. @default 1,800,000 (30 min) */
  readonly ttlMs?: number;
  /** Makes tokens that nobody can forge or guess an address from: HMAC-SHA256 with this key. @default tokens are a plain hash */
  readonly secret?: string;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A sticky strategy, and the tokens that make a client come back. */
export interface StickyStrategy extends Strategy {
  /** The token of an endpoint: handed out, in a cookie say, and passed back as hash key, it leads to that endpoint again. */
  tokenOf(endpoint: Endpoint): string;
}

/**
 * Session affinity: a hash key that is the token of a candidate leads to that candidate; with `keys: 'remember'` any other
 * key leads to the endpoint it was given before. An endpoint that is excluded for one try keeps its keys; one that is no
 * candidate any more loses them to the fallback's choice. Picks cost O(1) and what the fallback costs.
 *
 * @throws InvalidOptionsError when the fallback is missing or an option is out of its range
 */
export function sticky(options: StickyOptions): StickyStrategy {
  const { fallback, secret, clock = systemClock } = options;
  if (typeof fallback?.pick !== 'function') throw new InvalidOptionsError('fallback', fallback, 'a strategy');
  if (secret !== undefined && (typeof secret !== 'string' || secret === '')) {
    throw new InvalidOptionsError('secret', secret, 'a string that is not empty');
  }
  const keys = choiceOption('keys', options.keys, 'token', ['token', 'remember']);
  const maxKeys = numberOption('maxKeys', options.maxKeys, 10_000, { min: 1, integer: true });
  const ttlMs = numberOption('ttlMs', options.ttlMs, 1_800_000, { min: 1 });
  const make = (inner: Strategy): StickyStrategy =>
    new Sticky(
      inner,
      (endpoint) => stickyToken(endpoint.id, secret),
      keys === 'remember' ? new KeyMemory(maxKeys, ttlMs, clock) : undefined,
      make,
    );
  return make(fallback);
}

/**
 * The token that {@link sticky} knows an endpoint by: 16 hexadecimal digits, or 22 characters of base64url with a secret.
 *
 * @param endpointId the endpoint's id
 * @param secret as in the options of `sticky`
 */
export function stickyToken(endpointId: string, secret?: string): string {
  if (secret !== undefined) {
    return createHmac('sha256', secret).update(endpointId).digest().subarray(0, 16).toString('base64url');
  }
  const hash = new Uint32Array(2);
  xxHash64(endpointId, hash);
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('');
}

class Sticky implements StickyStrategy {
  readonly name = 'sticky';
  readonly tokenOf: (endpoint: Endpoint) => string;
  readonly clone?: () => Strategy;
  private readonly fallback: Strategy;
  private readonly memory: KeyMemory | undefined;
  private byId = new Map<string, Candidate>();
  /** Tokens are kept while their endpoint stays, as making one with a secret takes microseconds. */
  private tokens = new Map<string, string>();
  private byToken = new Map<string, Candidate>();

  constructor(
    fallback: Strategy,
    tokenOf: (endpoint: Endpoint) => string,
    memory: KeyMemory | undefined,
    make: (fallback: Strategy) => Strategy,
  ) {
    this.fallback = fallback;
    this.tokenOf = tokenOf;
    this.memory = memory;
    // Without a copy of the fallback there is none of the whole.
    if (fallback.clone !== undefined) {
      this.clone = () => make(fallback.clone?.() ?? fallback);
    }
  }

  update(candidates: readonly Candidate[]): void {
    this.fallback.update(candidates);
    const tokens = new Map<string, string>();
    this.byId = new Map();
    this.byToken = new Map();
    for (const candidate of candidates) {
      const { endpoint } = candidate;
      const token = this.tokens.get(endpoint.id) ?? this.tokenOf(endpoint);
      tokens.set(endpoint.id, token);
      this.byId.set(endpoint.id, candidate);
      this.byToken.set(token, candidate);
    }
    this.tokens = tokens;
  }

  loadOf(candidate: Candidate, now: number): number | undefined {
    return this.fallback.loadOf?.(candidate, now);
  }

  pick(context: PickContext, now?: number): Candidate | undefined {
    const { hashKey } = context;
    if (hashKey === undefined) return this.fallback.pick(context, now);
    const named = this.byToken.get(hashKey);
    if (named !== undefined) {
      return isExcluded(named, context) ? this.fallback.pick(context, now) : named;
    }
    return this.memory === undefined
      ? this.fallback.pick(context, now)
      : this.recall(this.memory, hashKey, context, now);
  }

  observe(candidate: Candidate, observation: Observation): void {
    this.fallback.observe?.(candidate, observation);
  }

  private recall(
    memory: KeyMemory,
    key: string,
    context: PickContext,
    now: number | undefined,
  ): Candidate | undefined {
    const id = memory.get(key);
    const known = id === undefined ? undefined : this.byId.get(id);
    if (known !== undefined && !isExcluded(known, context)) return known;
    const picked = this.fallback.pick(context, now);
    if (known === undefined && picked !== undefined) memory.set(key, picked.endpoint.id);
    return picked;
  }
}

function isExcluded(candidate: Candidate, context: PickContext): boolean {
  return context.exclude?.has(candidate.endpoint.id) === true;
}
