import { numberOption, type Random, requiredNumber, type Strategy, seededRandom } from '@evenkeel/core';
import { idleCandidate, type StudiedCandidate } from './idle-candidate.ts';

/** What {@link loadBound} is to look at. */
export interface LoadBoundOptions {
  /** Makes the strategy whose loads are bounded. */
  readonly strategy: (context: { readonly random: Random }) => Strategy;
  /** How many endpoints of weight 1. */
  readonly endpoints: number;
  /** Draws the hash key of each request, such as `zipfKeys(10_000)`. */
  readonly keys: (random: Random) => string;
  /** How far above its share an endpoint may get. @default 0.25 */
  readonly epsilon?: number;
  /** Requests in flight at a time. @default 10 for each endpoint */
  readonly inFlight?: number;
  /** Requests in all. @default 100,000 */
  readonly requests?: number;
  /** @default 1 */
  readonly seed?: number;
}

/** How well a strategy keeps to a bound, and to the keys. */
export interface LoadBound {
  /** Picks that put an endpoint above ⌈(1 + ε) × the mean⌉ of requests in flight. */
  readonly violations: number;
  /** The most requests in flight at an endpoint ÷ the mean. */
  readonly maxRatio: number;
  /** Picks that went where the key goes while nobody has a request ÷ all. */
  readonly ownerRatio: number;
  /**
   * The same for any strategy that keeps to the bound on average, at best: a key that alone is more than an endpoint may take
   * has to spill.
   */
  readonly possibleRatio: number;
}

/**
 * Keeps a number of requests in flight, of which one at random ends before each new one, and watches where they go.
 *
 * @throws InvalidOptionsError when a number is out of its range
 */
export function loadBound(options: LoadBoundOptions): LoadBound {
  const { strategy: make, keys } = options;
  const count = requiredNumber('endpoints', options.endpoints, { min: 1, max: 100_000, integer: true });
  const epsilon = numberOption('epsilon', options.epsilon, 0.25, { min: 0.001 });
  const inFlight = numberOption('inFlight', options.inFlight, 10 * count, { min: 1, integer: true });
  const requests = numberOption('requests', options.requests, 100_000, { min: 1, integer: true });
  const seed = numberOption('seed', options.seed, 1, { min: Number.MIN_SAFE_INTEGER, integer: true });
  const random = seededRandom(seed);
  const candidates = Array.from({ length: count }, (_, index) => idleCandidate(`${seed}-${index}`));
  const strategy = make({ random });
  strategy.update(candidates);
  const ownerOf = owners(make, seed, candidates);

  const open: StudiedCandidate[] = [];
  const owned = new Map<string, number>();
  let violations = 0;
  let most = 0;
  let atOwner = 0;
  for (let i = 0; i < requests; i++) {
    if (open.length === inFlight) finishOne(open, random, strategy, i);
    const hashKey = keys(random);
    const owner = ownerOf(hashKey);
    owned.set(owner, (owned.get(owner) ?? 0) + 1);
    const picked = strategy.pick({ hashKey }) as StudiedCandidate | undefined;
    if (picked === undefined) continue;
    picked.inFlight++;
    open.push(picked);
    const mean = open.length / count;
    // A hair less, or 1.1 × 100 ÷ 10 would be above 11.
    if (picked.inFlight > Math.ceil((1 + epsilon) * mean - 1e-9)) violations++;
    most = Math.max(most, (picked.inFlight * count) / inFlight);
    if (picked.endpoint.id === owner) atOwner++;
  }
  const limit = ((1 + epsilon) * requests) / count;
  const possible = [...owned.values()].reduce((sum, wanted) => sum + Math.min(wanted, limit), 0);
  return {
    violations,
    maxRatio: most,
    ownerRatio: atOwner / requests,
    possibleRatio: possible / requests,
  };
}

/** Where a key goes while nobody has a request: asked of another instance, with candidates that stay idle. */
function owners(
  make: LoadBoundOptions['strategy'],
  seed: number,
  candidates: readonly StudiedCandidate[],
): (key: string) => string {
  const idle = make({ random: seededRandom(seed) });
  idle.update(candidates.map(({ endpoint }) => idleCandidate(endpoint.host)));
  const known = new Map<string, string>();
  return (hashKey) => {
    let owner = known.get(hashKey);
    if (owner === undefined) {
      owner = idle.pick({ hashKey })?.endpoint.id ?? '';
      known.set(hashKey, owner);
    }
    return owner;
  };
}

function finishOne(open: StudiedCandidate[], random: Random, strategy: Strategy, at: number): void {
  const index = Math.floor(random() * open.length);
  const done = open[index] as StudiedCandidate;
  open[index] = open[open.length - 1] as StudiedCandidate;
  open.pop();
  done.inFlight--;
  strategy.observe?.(done, { kind: 'success', latencyMs: 1, at });
}
