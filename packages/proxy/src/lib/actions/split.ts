import { checkKeys, InvalidOptionsError, type Random, requiredNumber } from '@evenkeel/core';
import type { Middleware } from '../middleware/middleware.ts';

/** One of the clusters that share the requests of a route. */
export interface WeightedCluster {
  /** The name of the cluster. */
  readonly cluster: string;
  /** Its share is this of the sum of all weights; 0 gets nothing. */
  readonly weight: number;
}

const KEYS = { cluster: true, weight: true } as const;

/**
 * Makes middleware that gives each request to one of several clusters, by weight and chance.
 *
 * @throws InvalidOptionsError naming the field, for no clusters at all and for weights that are all 0
 */
export function split(clusters: readonly WeightedCluster[], random: Random, field: string): Middleware {
  if (!Array.isArray(clusters) || clusters.length === 0) {
    throw new InvalidOptionsError(field, clusters, 'a list of clusters with weights, at least 1');
  }
  const sums: number[] = [];
  const names: string[] = [];
  let total = 0;
  for (const [index, part] of clusters.entries()) {
    checkKeys(`${field}[${index}]`, part, KEYS);
    total += requiredNumber(`${field}[${index}].weight`, part.weight, { max: 1_000_000 });
    sums.push(total);
    names.push(part.cluster);
  }
  if (total === 0) throw new InvalidOptionsError(field, clusters, 'at least one weight above 0');
  return (request, next) => {
    const point = random() * total;
    request.cluster = names[sums.findIndex((sum) => point < sum)];
    next();
  };
}
