import { type ConfigIssue, formatPath } from './config-error.ts';
import type { SourceMap } from './source-map.ts';
import { unknownCluster } from './unknown-cluster.ts';

/**
 * Finds TCP listeners in front of clusters that do not exist, and listeners for requests without routes. Works on whatever
 * the file holds, so that a mistake elsewhere does not hide these.
 */
export function listenerIssues(data: unknown, map: SourceMap): ConfigIssue[] {
  const { listeners, clusters, routes } = fields(data);
  const issues: ConfigIssue[] = [];
  const complain = (path: readonly PropertyKey[], message: string | undefined): void => {
    if (message !== undefined) issues.push({ position: map.valueAt(path), path: formatPath(path), message });
  };
  const all = Array.isArray(listeners) ? listeners : [];
  for (const [index, listener] of all.entries()) {
    const path = ['listeners', index, 'tcp'];
    const { cluster, serverNames } = fields(fields(listener)['tcp']);
    complain([...path, 'cluster'], unknownCluster(cluster, clusters));
    for (const [name, named] of Object.entries(fields(serverNames))) {
      complain([...path, 'serverNames', name], unknownCluster(named, clusters));
    }
  }
  const needsRoutes = all.length === 0 || all.some((listener) => fields(listener)['tcp'] === undefined);
  if (needsRoutes && (routes === undefined || (Array.isArray(routes) && routes.length === 0))) {
    const got = routes === undefined ? 'missing' : 'got an empty list';
    complain(['routes'], `${got}, expected a list of routes, at least 1`);
  }
  return issues;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
