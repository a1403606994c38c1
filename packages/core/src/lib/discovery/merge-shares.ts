import type { Endpoint } from '../endpoint.ts';
import { addressKey } from '../guard/address-key.ts';

/** Joins the endpoints of several sources into one list, by their ids. */
export interface ShareMerger {
  merge(shares: readonly ReadonlyMap<string, Endpoint>[]): ReadonlyMap<string, Endpoint>;
  /** The id that the last merge gave to what a source calls `declaredId`. */
  mergedId(declaredId: string): string;
}

interface Merged {
  readonly key: string;
  /** The id given by the first source that lists it. */
  readonly declaredId: string;
  endpoint: Endpoint;
}

/**
 * Makes the merge. Two sources mean the same endpoint when id or address are equal; the first one that has a field
 * gives it. An endpoint keeps its id as long as any source lists its address, so what was learned of it survives the loss of the
 * source that named it.
 */
export function shareMerger(): ShareMerger {
  let idsByKey: ReadonlyMap<string, string> = new Map();
  let byDeclaredId: ReadonlyMap<string, Merged> = new Map();

  return {
    merge(shares) {
      const joined = join(shares);
      byDeclaredId = joined.byDeclaredId;
      const ids = new Map<string, string>();
      const result = new Map<string, Endpoint>();
      for (const { key, declaredId, endpoint } of joined.byKey.values()) {
        const before = idsByKey.get(key) ?? declaredId;
        // A source that now gives the old id to another address has the say.
        const id = (byDeclaredId.get(before)?.key ?? key) === key ? before : declaredId;
        ids.set(key, id);
        result.set(id, endpoint.id === id ? endpoint : { ...endpoint, id });
      }
      idsByKey = ids;
      return result;
    },
    mergedId(declaredId) {
      const { key = '' } = byDeclaredId.get(declaredId) ?? {};
      return idsByKey.get(key) ?? declaredId;
    },
  };
}

function join(shares: readonly ReadonlyMap<string, Endpoint>[]): {
  byDeclaredId: ReadonlyMap<string, Merged>;
  byKey: ReadonlyMap<string, Merged>;
} {
  const byDeclaredId = new Map<string, Merged>();
  const byKey = new Map<string, Merged>();
  for (const share of shares) {
    for (const endpoint of share.values()) {
      const key = addressKey(endpoint.host, endpoint.port);
      const known = byDeclaredId.get(endpoint.id) ?? byKey.get(key);
      const merged = known ?? { key, declaredId: endpoint.id, endpoint };
      if (known === undefined) byKey.set(key, merged);
      else known.endpoint = fillIn(known.endpoint, endpoint);
      byDeclaredId.set(endpoint.id, merged);
    }
  }
  return { byDeclaredId, byKey };
}

/** Weight and priority are always there, so the first source gives them; a zone or a metadata key may be missing. */
function fillIn(first: Endpoint, second: Endpoint): Endpoint {
  const { zone = second.zone } = first;
  return {
    ...first,
    ...(zone === undefined ? {} : { zone }),
    metadata: { ...second.metadata, ...first.metadata },
  };
}
