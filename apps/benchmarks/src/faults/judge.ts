import type { Answer } from '../lib/load/open-loop.ts';
import { ascending, quantile } from '../lib/report/statistics.ts';
import type { Verdict } from './scenario.ts';

/** Whether a request had no answer, or one that says the proxy or its endpoints failed. */
export function hasFailed({ status }: Answer): boolean {
  return status === undefined || status >= 500;
}

/** The 99th percentile of the latency, in ms. */
export function p99(answers: readonly Answer[]): number {
  return quantile(ascending(answers.map(({ latencyMs }) => latencyMs)), 0.99);
}

/** Promises that no request fails. */
export function noneFailed(answers: readonly Answer[]): Verdict {
  return { figure: 'failed', measured: answers.filter(hasFailed).length, limit: 0, unit: 'requests' };
}
