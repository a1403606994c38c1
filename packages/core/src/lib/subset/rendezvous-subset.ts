import { InvalidOptionsError } from '../errors.ts';
import { numberOption } from '../options.ts';
import { mix32, orderOf, type StableHash, stableHash } from './stable-hash.ts';
import type { Subset } from './subset.ts';
import type { RendezvousSubset } from './subset-options.ts';

/**
 * Random subsetting with rendezvous hashing, as gRFC A68: each client gives each endpoint a score and uses the `size`
 * lowest ones. One endpoint more or less changes at most one entry of each client. Load is equal on average only.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function rendezvousSubset(options: RendezvousSubset): Subset {
  const size = numberOption('subset.size', options.size, 12, { min: 1, integer: true });
  const { clientId } = options;
  if (typeof clientId !== 'string' || clientId === '') {
    throw new InvalidOptionsError('subset.clientId', clientId, 'a string that is not empty');
  }
  const client = stableHash(clientId);
  return {
    select(endpoints) {
      // The best so far, in ascending order: later ones seldom get in, so this is cheaper than sorting all.
      const best: Scored[] = [];
      for (const { id } of endpoints) {
        const candidate = { id, score: orderOf(scoreHash(client, stableHash(id))) };
        const last = best[size - 1];
        if (last !== undefined && !isBefore(candidate, last)) continue;
        let place = Math.min(best.length, size - 1);
        for (
          let before = best[place - 1];
          before && isBefore(candidate, before);
          before = best[--place - 1]
        ) {
          best[place] = before;
        }
        best[place] = candidate;
      }
      return new Map(best.map(({ id }) => [id, 1]));
    },
  };
}

interface Scored {
  readonly id: string;
  readonly score: number;
}

function isBefore(a: Scored, b: Scored): boolean {
  return a.score === b.score ? a.id < b.id : a.score < b.score;
}

function scoreHash(client: StableHash, endpoint: StableHash): StableHash {
  const high = mix32(endpoint.high ^ Math.imul(client.low, 0x9e3779b1));
  return { high: mix32(high ^ client.high ^ endpoint.low), low: mix32(high + client.low) };
}
