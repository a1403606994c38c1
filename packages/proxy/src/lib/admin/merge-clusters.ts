import type { ClusterView, EndpointView, TierView } from './views.ts';

/** Makes one list of clusters of what several workers see, in the order of the first. */
export function mergeClusters(views: readonly (readonly ClusterView[])[]): readonly ClusterView[] {
  const byName = Map.groupBy(views.flat(), ({ name }) => name);
  return Array.from(byName.values(), (same) => (same.length === 1 ? one(same) : mergeCluster(same)));
}

function mergeCluster(views: readonly ClusterView[]): ClusterView {
  const first = one(views);
  const endpoints = Map.groupBy(
    views.flatMap((view) => view.endpoints),
    ({ id }) => id,
  );
  const tiers = Map.groupBy(
    views.flatMap((view) => view.tiers),
    ({ priority }) => priority,
  );
  return {
    ...first,
    ready: views.every(({ ready }) => ready),
    discovery: worst(views, ({ discovery }) => DISCOVERY.indexOf(discovery.state)).discovery,
    counts: {
      known: Math.max(...views.map(({ counts }) => counts.known)),
      healthy: Math.min(...views.map(({ counts }) => counts.healthy)),
      ejected: Math.max(...views.map(({ counts }) => counts.ejected)),
      draining: Math.max(...views.map(({ counts }) => counts.draining)),
    },
    tiers: Array.from(tiers.values(), mergeTier),
    endpoints: Array.from(endpoints.values(), mergeEndpoint),
  };
}

/** From the best to the worst. */
const DISCOVERY: readonly ClusterView['discovery']['state'][] = ['live', 'held', 'stale', 'empty', 'initial'];
const STATES: readonly EndpointView['state'][] = ['serving', 'spare', 'draining', 'ejected', 'unhealthy'];

function mergeTier(views: readonly TierView[]): TierView {
  return {
    priority: one(views).priority,
    known: Math.max(...views.map(({ known }) => known)),
    healthy: Math.min(...views.map(({ healthy }) => healthy)),
    loadRatio: views.reduce((sum, { loadRatio }) => sum + loadRatio, 0) / views.length,
    panic: views.some(({ panic }) => panic),
  };
}

function mergeEndpoint(views: readonly EndpointView[]): EndpointView {
  const shown = worst(views, ({ state }) => STATES.indexOf(state));
  const sum = (of: (view: EndpointView) => number): number => views.reduce((all, view) => all + of(view), 0);
  const limits = views.map(({ concurrencyLimit }) => concurrencyLimit).filter((limit) => limit !== null);
  return {
    ...shown,
    ejectedForMs: views.some(({ ejectedForMs }) => ejectedForMs === null)
      ? null
      : Math.max(...views.map(({ ejectedForMs }) => ejectedForMs ?? 0)),
    effectiveWeight: Math.min(...views.map(({ effectiveWeight }) => effectiveWeight)),
    operator: {
      drained: views.some(({ operator }) => operator.drained),
      weight: views.find(({ operator }) => operator.weight !== null)?.operator.weight ?? null,
      ejected: views.some(({ operator }) => operator.ejected),
    },
    inFlight: sum(({ inFlight }) => inFlight),
    pending: sum(({ pending }) => pending),
    picks: sum(({ picks }) => picks),
    successes: sum(({ successes }) => successes),
    failures: sum(({ failures }) => failures),
    cancelled: sum(({ cancelled }) => cancelled),
    latencyMs: mean(views.map(({ latencyMs, successes }) => [latencyMs, successes])),
    load: mean(views.map(({ load }) => [load, 1])),
    concurrencyLimit: limits.length === 0 ? null : limits.reduce((all, limit) => all + limit, 0),
    workers: {
      known: sum(({ workers }) => workers.known),
      candidate: sum(({ workers }) => workers.candidate),
      ejected: sum(({ workers }) => workers.ejected),
    },
  };
}

/** Of the values that are known; each counts as often as it says. */
function mean(values: readonly (readonly [value: number | null, times: number])[]): number | null {
  let sum = 0;
  let count = 0;
  for (const [value, times] of values) {
    if (value === null) continue;
    sum += value * times;
    count += times;
  }
  return count === 0 ? null : sum / count;
}

function worst<T>(views: readonly T[], rank: (view: T) => number): T {
  return views.reduce((bad, view) => (rank(view) > rank(bad) ? view : bad));
}

/** Groups are never empty. */
function one<T>(views: readonly T[]): T {
  return views[0] as T;
}
