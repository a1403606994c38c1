import { type ConfigIssue, formatPath } from './config-error.ts';
import { didYouMean } from './did-you-mean.ts';
import type { SourceMap } from './source-map.ts';

/**
 * Finds routes to clusters that do not exist. Works on whatever the file holds, so that a mistake elsewhere does not
 * hide these.
 */
export function routeIssues(data: unknown, map: SourceMap): ConfigIssue[] {
  const { clusters, routes } = (typeof data === 'object' && data !== null ? data : {}) as Record<
    string,
    unknown
  >;
  if (typeof clusters !== 'object' || clusters === null || !Array.isArray(routes)) return [];
  const known = Object.keys(clusters);
  return routes.flatMap((route: unknown, index): ConfigIssue[] => {
    const name = (route as { cluster?: unknown } | null)?.cluster;
    if (typeof name !== 'string' || known.includes(name)) return [];
    const path = ['routes', index, 'cluster'];
    const meant = didYouMean(name, known);
    const hint = meant === undefined ? '' : `, did you mean "${meant}"?`;
    const names = known.map((one) => `"${one}"`).join(', ');
    return [
      {
        position: map.valueAt(path),
        path: formatPath(path),
        message: `there is no cluster "${name}"${hint || ','} expected one of ${names}`,
      },
    ];
  });
}
