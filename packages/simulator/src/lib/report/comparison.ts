import { InvalidOptionsError } from '@evenkeel/core';
import { countText, msText, percentText, successText, timeText } from './figures.ts';
import type { Report } from './report.ts';
import { extremeEndpoint, type FairEndpoint, fairEndpoints } from './shares.ts';

/** What a strategy should never pick, in words. */
const MISPICKS: Readonly<Record<string, string>> = {
  nobody: 'nobody',
  excluded: 'an excluded one',
  stranger: 'no candidate',
};

/** One line of a comparison: a figure of every report. */
export interface ComparisonRow {
  readonly label: string;
  /** One for each report, in their order. */
  readonly values: readonly string[];
}

/** @throws InvalidOptionsError when there is no report to show */
export function requireReports(reports: readonly Report[]): readonly [Report, ...Report[]] {
  const [first, ...rest] = Array.isArray(reports) ? (reports as readonly Report[]) : [];
  if (first === undefined) {
    throw new InvalidOptionsError('reports', reports, 'a list of at least one report of simulate()');
  }
  return [first, ...rest];
}

/** What was run: `slow host: 60 s, seed 1, 11 endpoints, 60,000 requests`. */
export function describeRun(reports: readonly [Report, ...Report[]]): string {
  const [{ scenario }] = reports;
  return `${scenario}: ${describeSize(reports)}`;
}

/** The same without the name of the scenario. */
export function describeSize([report]: readonly [Report, ...Report[]]): string {
  const asked = report.endpoints.filter(({ tier }) => tier === 0).length;
  return `${timeText(report.durationMs)}, seed ${report.seed}, ${countText(asked)} ${asked === 1 ? 'endpoint' : 'endpoints'}, ${countText(report.requests.total)} requests`;
}

/** The figures of several reports side by side. Lines that say nothing, such as hedges where nobody hedged, are left out. */
export function comparisonRows(reports: readonly Report[]): readonly ComparisonRow[] {
  const row = (label: string, figure: (report: Report) => string): ComparisonRow => ({
    label,
    values: reports.map(figure),
  });
  const rowIfAny = (
    label: string,
    count: (report: Report) => number,
    text: (value: number) => string = countText,
  ): readonly ComparisonRow[] =>
    reports.some((report) => count(report) > 0) ? [row(label, (report) => text(count(report)))] : [];
  return [
    row('succeeded', ({ requests }) => successText(requests.successRatio)),
    row('failed', ({ requests }) => countText(requests.failed)),
    ...names(reports, ({ errors }) => errors).flatMap((error) =>
      rowIfAny(`  ${error}`, ({ errors }) => errors[error] ?? 0),
    ),
    ...rowIfAny('unfinished', ({ requests }) => requests.unfinished),
    ...names(reports, ({ mispicks }) => mispicks).map((mispick) =>
      row(`picks of ${MISPICKS[mispick] ?? mispick}`, ({ mispicks }) => countText(mispicks[mispick] ?? 0)),
    ),
    row('p50', ({ latencyMs }) => msText(latencyMs.p50)),
    row('p90', ({ latencyMs }) => msText(latencyMs.p90)),
    row('p99', ({ latencyMs }) => msText(latencyMs.p99)),
    row('p99.9', ({ latencyMs }) => msText(latencyMs.p999)),
    row('p99.99', ({ latencyMs }) => msText(latencyMs.p9999)),
    ...rowIfAny('retries', ({ attempts }) => attempts.retries),
    ...rowIfAny('hedges', ({ attempts }) => attempts.hedges),
    row('extra attempts', ({ attempts }) => percentText(attempts.extraRatio)),
    row('hottest ÷ fair share', (report) => extremeText(report, true)),
    row('coldest ÷ fair share', (report) => extremeText(report, false)),
    row('peak in flight', peakText),
    ...lowerTiers(reports).map((tier) =>
      row(`attempts at tier ${tier}, each`, ({ tiers }) =>
        (tiers.find((one) => one.tier === tier)?.attemptsPerRequest ?? Number.NaN).toFixed(2),
      ),
    ),
    ...names(reports, ({ eventCounts }) => eventCounts)
      // Each cluster starts with them.
      .filter((type) => type !== 'discoveryStateChanged' && type !== 'endpointsChanged')
      .map((type) => row(type, ({ eventCounts }) => countText(eventCounts[type] ?? 0))),
  ];
}

function extremeText(report: Report, most: boolean): string {
  const found: FairEndpoint | undefined = extremeEndpoint(fairEndpoints(report), most);
  return found === undefined ? '–' : `${found.timesFair.toFixed(2)} × (${found.endpoint.id})`;
}

function peakText(report: Report): string {
  const asked = report.endpoints.filter(({ tier }) => tier === 0);
  const peak = Math.max(...asked.map(({ peakInFlight }) => peakInFlight));
  return `${countText(peak)} (${asked.find(({ peakInFlight }) => peakInFlight === peak)?.id ?? '–'})`;
}

function lowerTiers(reports: readonly Report[]): readonly number[] {
  const tiers = reports.flatMap((report) => report.tiers.map(({ tier }) => tier));
  return [...new Set(tiers)].filter((tier) => tier > 0).sort((a, b) => a - b);
}

function names(
  reports: readonly Report[],
  counts: (report: Report) => Readonly<Record<string, number>>,
): readonly string[] {
  return [...new Set(reports.flatMap((report) => Object.keys(counts(report))))];
}
