import { expect, it } from 'vitest';
import { formatIssue } from '../config/config-error.ts';
import { configText } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';

function issues(settings: string): string[] {
  const text = `listeners: [{ port: 0 }]
clusters: { api: { discovery: { static: ["127.0.0.1:1"] } } }
routes: [{ cluster: api }]
${settings}
`;
  return parseConfig(configText('x.yaml', text)).issues.map((issue) => formatIssue('x.yaml', issue));
}

it.each([
  'admin: { port: 0 }',
  'admin: { port: 0, host: 127.0.0.5, hosts: [a.internal] }',
  'admin: { port: 0, host: "::1" }',
  'admin: { port: 0, host: localhost }',
  'admin: { port: 0, host: 0.0.0.0, token: 0123456789abcdef }',
  'metrics: false',
  'metrics: { buckets: [0.1, 1] }',
  'accessLog: { to: stdout }',
  'accessLog: { to: { path: a.log }, fields: [status, requestHeader.x-id], samplingRatio: 0.5 }',
  `accessLog: { to: stderr, format: '%{status} 100% %{responseHeader.etag}' }`,
  'log: { format: json }',
  'tracing: { otlp: { url: "http://127.0.0.1:4318/v1/traces" }, samplingRatio: 0 }',
])('takes %s', (settings) => {
  expect(issues(settings)).toEqual([]);
});

it.each([
  ['admin: { port: 0, host: 0.0.0.0 }', 'admin.token: missing, expected a token, as others reach this host'],
  ['admin: { port: 0, host: "::" }', 'admin.token: missing, expected a token, as others reach this host'],
  ['admin: { port: 0, token: short }', 'admin.token: got "…", expected at least 16 characters'],
  ['admin: {}', 'admin.port: missing'],
  ['metrics: true', 'metrics: got true, expected false or an object'],
  ['accessLog: {}', 'accessLog.to: missing'],
  [
    'accessLog: { to: syslog }',
    'accessLog.to: got "syslog", expected "stdout", "stderr" or an object with path',
  ],
  [
    'accessLog: { to: stdout, fields: [sttus] }',
    'accessLog.fields[0]: got "sttus", did you mean "status"? expected one of time, ',
  ],
  [
    `accessLog: { to: stdout, format: '%{sttus}' }`,
    'accessLog.format: got "%{sttus}", expected "json", or a template',
  ],
  ['tracing: { otlp: {} }', 'tracing.otlp.url: missing'],
  [
    'tracing: { otlp: { url: "127.0.0.1:4318" } }',
    'tracing.otlp.url: got "127.0.0.1:4318", expected an http or https URL with its path',
  ],
  ['metrics: { buckets: [2, 1] }', 'metrics.buckets: got a list, expected ascending numbers, each once'],
  ['metrics: { buckets: [1, 1] }', 'metrics.buckets: got a list, expected ascending numbers, each once'],
  ['metrics: { prefix: 1x }', 'metrics.prefix: got "1x", expected a name'],
])('refuses %s', (settings, message) => {
  expect(issues(settings)).toEqual([expect.stringContaining(message)]);
});
