import { type ConfigIssue, formatPath } from './config-error.ts';
import { didYouMean } from './did-you-mean.ts';
import type { SourceMap } from './source-map.ts';

/**
 * Finds routes to clusters that do not exist, and routes that an earlier one hides. Works on whatever the file holds, so
 * that a mistake elsewhere does not hide these.
 */
export function routeIssues(data: unknown, map: SourceMap): ConfigIssue[] {
  const { clusters, routes } = fields(data);
  if (!Array.isArray(routes)) return [];
  const known = typeof clusters === 'object' && clusters !== null ? Object.keys(clusters) : undefined;
  const matches = new Set<string>();
  return routes.flatMap((route: unknown, index): ConfigIssue[] => {
    const issues: ConfigIssue[] = [];
    const complain = (field: string, message: string): void => {
      const path = ['routes', index, field];
      issues.push({ position: map.valueAt(path), path: formatPath(path), message });
    };
    const { cluster, match } = fields(route);
    if (known !== undefined && typeof cluster === 'string' && !known.includes(cluster)) {
      complain('cluster', `there is no cluster "${cluster}"${alternatives(cluster, known)}`);
    }
    const { host = '*', path = '/' } = fields(match);
    if (typeof host === 'string' && typeof path === 'string') {
      const key = `${host.toLowerCase()}${path}`;
      if (matches.has(key)) complain('match', `got "${key}", expected a match that no earlier route has`);
      matches.add(key);
    }
    return issues;
  });
}

function alternatives(name: string, known: readonly string[]): string {
  const meant = didYouMean(name, known);
  const hint = meant === undefined ? ',' : `, did you mean "${meant}"?`;
  return `${hint} expected one of ${known.map((one) => `"${one}"`).join(', ')}`;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
