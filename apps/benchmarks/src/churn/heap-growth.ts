import { median } from '../lib/report/statistics.ts';
import type { ChurnResult } from './run-churn.ts';

/**
 * How much the heap grew from the second quarter of a run, when every window of memory is full, to its last quarter, as a share.
 * Medians, as the compiler adds and drops code at any time.
 */
export function heapGrowthRatio(heap: ChurnResult['heap']): number {
  const quarter = heap.length / 4;
  const bytes = heap.map((sample) => sample.bytes);
  const before = median(bytes.slice(Math.floor(quarter), Math.ceil(2 * quarter)));
  const after = median(bytes.slice(Math.floor(3 * quarter)));
  return after / before - 1;
}
