import { didYouMean } from './did-you-mean.ts';

/** What is wrong with the name of a cluster that there is not; undefined when there is, or when that cannot be said. */
export function unknownCluster(name: unknown, clusters: unknown): string | undefined {
  if (typeof name !== 'string' || typeof clusters !== 'object' || clusters === null) return undefined;
  const known = Object.keys(clusters);
  if (known.includes(name)) return undefined;
  const meant = didYouMean(name, known);
  const hint = meant === undefined ? ',' : `, did you mean "${meant}"?`;
  return `there is no cluster "${name}"${hint} expected one of ${known.map((one) => `"${one}"`).join(', ')}`;
}
