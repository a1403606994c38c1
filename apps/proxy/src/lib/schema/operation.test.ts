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
])('takes %s', (settings) => {
  expect(issues(settings)).toEqual([]);
});

it.each([
  ['admin: { port: 0, host: 0.0.0.0 }', 'admin.token: missing, expected a token, as others reach this host'],
  ['admin: { port: 0, host: "::" }', 'admin.token: missing, expected a token, as others reach this host'],
  ['admin: { port: 0, token: short }', 'admin.token: got "…", expected at least 16 characters'],
  ['admin: {}', 'admin.port: missing'],
  ['metrics: true', 'metrics: got true, expected false or an object'],
  ['metrics: { prefix: 1x }', 'metrics.prefix: got "1x", expected a name'],
])('refuses %s', (settings, message) => {
  expect(issues(settings)).toEqual([expect.stringContaining(message)]);
});
