/** A content coding that can be made here, from a request's point of view. */
export type Coding = 'gzip' | 'br' | 'zstd';

/** How many different fields are remembered: browsers send a handful. */
const MAX_REMEMBERED = 200;

/**
 * Makes what chooses a coding for a request by its `Accept-Encoding` (RFC 9110 §12.5.3): the one with the highest weight, of
 * several the one that stands first here; undefined for none, also where none is acceptable.
 *
 * @param offered codings in order of preference
 */
export function codingChooser(offered: readonly Coding[]): (field: string | undefined) => Coding | undefined {
  const known = new Map<string, Coding | undefined>();
  return (field) => {
    if (field === undefined || field === '') return undefined;
    if (known.has(field)) return known.get(field);
    const chosen = choose(offered, field);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(field, chosen);
    return chosen;
  };
}

function choose(offered: readonly Coding[], field: string): Coding | undefined {
  const weights = parse(field);
  const weightOf = (name: string): number | undefined => weights.get(name) ?? weights.get('*');
  let best: Coding | undefined;
  // What is not encoded is acceptable unless it is excluded, and preferred only where its weight says so.
  let bestWeight = weights.get('identity') ?? 0;
  for (const coding of offered) {
    const weight = weightOf(coding) ?? 0;
    if (weight === 0 || weight < bestWeight || (best !== undefined && weight === bestWeight)) continue;
    best = coding;
    bestWeight = weight;
  }
  return best;
}

/** The weight of each coding that is named, in lower case; of one named twice the first counts. */
function parse(field: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const element of field.split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
    const coding = name === 'x-gzip' ? 'gzip' : name;
    if (coding === '' || weights.has(coding)) continue;
    weights.set(coding, weightIn(parameters));
  }
  return weights;
}

/** A weight that is no weight means no. */
function weightIn(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (weight === undefined) return 1;
  const value = weight.slice(weight.indexOf('=') + 1).trim();
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
}
