import { expect, test } from 'vitest';
import { loadReport } from './load-report.ts';

const read = (value: string | string[]): unknown => loadReport({ 'endpoint-load-metrics': value });

test('the text format', () => {
  expect(read('TEXT cpu_utilization=0.3, application_utilization=0.5,rps_fractional=10.5, eps=1')).toEqual({
    cpuUtilization: 0.3,
    applicationUtilization: 0.5,
    rps: 10.5,
    eps: 1,
    namedMetrics: {},
  });
  expect(
    read('TEXT named_metrics.queue=4,named_metrics.requests_in_flight=7,named_metrics.latency_ms=12'),
  ).toEqual({
    requestsInFlight: 7,
    latencyMs: 12,
    namedMetrics: { queue: 4, requests_in_flight: 7, latency_ms: 12 },
  });
});

test('the JSON format, in both spellings of the fields', () => {
  const expected = { cpuUtilization: 0.3, rps: 5, namedMetrics: { queue: 4 } };
  expect(read('JSON {"cpu_utilization": 0.3, "rps_fractional": 5, "named_metrics": {"queue": 4}}')).toEqual(
    expected,
  );
  expect(read('JSON {"cpuUtilization": 0.3, "rpsFractional": 5, "namedMetrics": {"queue": 4}}')).toEqual(
    expected,
  );
});

test('several header lines are one report', () => {
  expect(read(['TEXT cpu_utilization=0.3', 'eps=2'])).toMatchObject({ cpuUtilization: 0.3, eps: 2 });
});

test.each([
  '',
  'TEXT',
  'TEXT ',
  'TEXT nonsense',
  'TEXT cpu_utilization=much',
  'TEXT cpu_utilization=-1',
  'TEXT cpu_utilization=NaN',
  'TEXT cpu_utilization=Infinity',
  'TEXT cpu_utilization=',
  'TEXT unknown=1',
  'JSON {"cpu_utilization": ',
  'JSON null',
  'JSON 5',
  'JSON {"named_metrics": 5}',
  'BIN CAESA',
])('%j is no report', (value) => {
  expect(read(value)).toBeUndefined();
});

test('no header is no report, and hostile names do no harm', () => {
  expect(loadReport({})).toBeUndefined();
  const report = read('JSON {"named_metrics": {"__proto__": 1, "constructor": 2}}') as {
    namedMetrics: object;
  };
  expect(Object.getPrototypeOf(report.namedMetrics)).toBeNull();
});
