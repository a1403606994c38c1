import { loadClient } from './load-client.ts';

/** The metrics of one worker, as plain data that may travel between processes. */
export type MetricsSnapshot = readonly object[];

/**
 * Makes one page of metrics of what several workers have: counters, histograms and most gauges are summed.
 *
 * @param collect asks each worker for its snapshot
 * @throws EvenkeelError when prom-client is not installed
 */
export async function mergedMetrics(
  collect: () => Promise<readonly MetricsSnapshot[]>,
): Promise<{ readonly contentType: string; metrics(): Promise<string> }> {
  const { AggregatorRegistry, Registry } = await loadClient();
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    metrics: async () => AggregatorRegistry.aggregate((await collect()) as object[]).metrics(),
  };
}
