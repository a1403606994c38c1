import type { Endpoint } from '../endpoint.ts';

/** Whether two endpoints are equal in every field. The second may be anything that has an `id`. */
export function sameEndpoint(a: Endpoint, b: { readonly [K in keyof Endpoint]?: unknown }): boolean {
  return (
    a === b ||
    (a.id === b.id &&
      a.host === b.host &&
      a.port === b.port &&
      a.weight === b.weight &&
      a.priority === b.priority &&
      a.zone === b.zone &&
      sameMetadata(a.metadata, b.metadata))
  );
}

/** Allocates nothing: it runs for each endpoint of each snapshot. */
function sameMetadata(a: Readonly<Record<string, string>>, b: unknown): boolean {
  if (a === b) return true;
  if (typeof b !== 'object' || b === null) return false;
  const other = b as Readonly<Record<string, unknown>>;
  let extra = 0;
  for (const key in other) {
    if (a[key] !== other[key]) return false;
    extra++;
  }
  for (const _ in a) extra--;
  return extra === 0;
}
