import type { LoadReport } from '@evenkeel/core';
import type { ResponseHeaders } from './retry-after.ts';

/** The response header of ORCA, in the native HTTP formats `TEXT` and `JSON`. */
const LOAD_REPORT_HEADER = 'endpoint-load-metrics';

type Field = Exclude<keyof LoadReport, 'namedMetrics'>;

/** The fields of `xds.data.orca.v3.OrcaLoadReport` that strategies use, in both of their spellings. */
const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['cpu_utilization', 'cpuUtilization'],
  ['cpuUtilization', 'cpuUtilization'],
  ['application_utilization', 'applicationUtilization'],
  ['applicationUtilization', 'applicationUtilization'],
  ['rps_fractional', 'rps'],
  ['rpsFractional', 'rps'],
  ['eps', 'eps'],
  ['named_metrics.requests_in_flight', 'requestsInFlight'],
  ['named_metrics.latency_ms', 'latencyMs'],
]);
const NAMED = 'named_metrics.';

/**
 * Reads the load report of a response: `TEXT cpu_utilization=0.3, named_metrics.queue=4` or `JSON {"cpu_utilization": 0.3}`.
 * The named metrics `requests_in_flight` and `latency_ms` fill the fields that probing strategies use. Numbers that are
 * negative or no numbers are left out.
 *
 * @returns undefined when there is none, or none that can be read
 */
export function loadReport(headers: ResponseHeaders): LoadReport | undefined {
  const header = headers[LOAD_REPORT_HEADER];
  const value = (Array.isArray(header) ? header.join(',') : header)?.trim();
  if (value === undefined) return undefined;
  const space = value.indexOf(' ');
  if (space < 0) return undefined;
  const body = value.slice(space + 1);
  switch (value.slice(0, space).toUpperCase()) {
    case 'TEXT':
      return build(textMetrics(body));
    case 'JSON':
      return build(jsonMetrics(body));
    default:
      return undefined;
  }
}

function* textMetrics(body: string): Iterable<readonly [string, unknown]> {
  for (const pair of body.split(',')) {
    const [name = '', value = ''] = pair.split(/[=:]/, 2);
    yield [name.trim(), value.trim()];
  }
}

function* jsonMetrics(body: string): Iterable<readonly [string, unknown]> {
  for (const [name, value] of entries(parse(body))) {
    if (name !== 'named_metrics' && name !== 'namedMetrics') yield [name, value];
    else for (const [metric, metricValue] of entries(value)) yield [NAMED + metric, metricValue];
  }
}

function build(metrics: Iterable<readonly [string, unknown]>): LoadReport | undefined {
  const report: { -readonly [K in Field]?: number } = {};
  const namedMetrics: Record<string, number> = Object.create(null);
  let known = 0;
  for (const [name, value] of metrics) {
    const number = value === '' ? Number.NaN : Number(value);
    if (!Number.isFinite(number) || number < 0) continue;
    const field = FIELDS.get(name);
    const named = name.startsWith(NAMED);
    if (field !== undefined) report[field] = number;
    if (named) namedMetrics[name.slice(NAMED.length)] = number;
    if (field !== undefined || named) known += 1;
  }
  return known === 0 ? undefined : { ...report, namedMetrics };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
