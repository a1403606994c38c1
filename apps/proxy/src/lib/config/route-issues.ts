import { type ConfigIssue, formatPath } from './config-error.ts';
import type { SourceMap } from './source-map.ts';
import { unknownCluster } from './unknown-cluster.ts';

/**
 * Finds routes to clusters that do not exist, and routes that an earlier one hides. Works on whatever the file holds, so
 * that a mistake elsewhere does not hide these.
 */
export function routeIssues(data: unknown, map: SourceMap): ConfigIssue[] {
  const { clusters, routes } = fields(data);
  if (!Array.isArray(routes)) return [];
  const unconditional = new Set<string>();
  return routes.flatMap((route: unknown, index): ConfigIssue[] => {
    const issues: ConfigIssue[] = [];
    const complain = (field: readonly PropertyKey[], message: string): void => {
      const path = ['routes', index, ...field];
      issues.push({ position: map.valueAt(path), path: formatPath(path), message });
    };
    const { match } = fields(route);
    for (const { path, cluster } of namedClusters(route)) {
      const message = unknownCluster(cluster, clusters);
      if (message !== undefined) complain(path, message);
    }
    const { host = '*', path = '/', exact = false, ...conditions } = fields(match);
    if (typeof host === 'string' && typeof path === 'string') {
      const shown = `${host.toLowerCase()}${path}`;
      const key = `${host.toLowerCase()}${path.replace(/\/:\w+(?=\/|$)/g, '/:')} ${exact === true}`;
      if (unconditional.has(key))
        complain(['match'], `got "${shown}", expected a match that no earlier route has`);
      if (Object.keys(conditions).length === 0) unconditional.add(key);
    }
    return issues;
  });
}

/** The clusters that a route names, and where. */
function namedClusters(route: unknown): { path: PropertyKey[]; cluster: unknown }[] {
  const { cluster, mirror, split } = fields(route);
  const parts = Array.isArray(split) ? split : [];
  return [
    { path: ['cluster'], cluster },
    { path: ['mirror', 'cluster'], cluster: fields(mirror)['cluster'] },
    ...parts.map((part, index) => ({ path: ['split', index, 'cluster'], cluster: fields(part)['cluster'] })),
  ];
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
