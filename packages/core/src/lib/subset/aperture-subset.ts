import { numberOption, requiredNumber } from '../options.ts';
import { ringSlice } from './ring-slice.ts';
import type { Subset } from './subset.ts';
import type { ApertureSubset } from './subset-options.ts';

/**
 * Deterministic aperture, as Finagle's: clients and endpoints divide the same ring into equal parts, and each client uses
 * the endpoints under an arc of ⌈clients × size ÷ endpoints⌉ ÷ clients that begins at its own part. Every point of the
 * ring lies under the same number of arcs, so endpoints of equal weight get equal load; the two at the edges of an arc
 * are used in part.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function apertureSubset(options: ApertureSubset): Subset {
  const size = numberOption('subset.size', options.size, 12, { min: 1, integer: true });
  const clients = requiredNumber('subset.clientCount', options.clientCount, {
    min: 1,
    max: 1_000_000,
    integer: true,
  });
  const index = requiredNumber('subset.clientIndex', options.clientIndex, {
    max: clients - 1,
    integer: true,
  });
  return {
    select(endpoints) {
      const count = endpoints.length;
      const arc = Math.ceil((clients * size) / count);
      if (count <= size || arc >= clients) return new Map(endpoints.map(({ id }) => [id, 1]));

      // In units of 1 ÷ (clients × endpoints) of the ring every edge is a whole number, and every share exact.
      const begin = index * count;
      const end = begin + arc * count;
      const first = Math.floor(begin / clients);
      const shares = new Map<string, number>();
      for (const [offset, { id }] of ringSlice(endpoints, first, Math.ceil(end / clients) - 1).entries()) {
        const start = (first + offset) * clients;
        const covered = Math.min(end, start + clients) - Math.max(begin, start);
        // An arc of nearly the whole ring may end on the endpoint that it began with.
        shares.set(id, (shares.get(id) ?? 0) + covered / clients);
      }
      return shares;
    },
  };
}
