import { expect, it } from 'vitest';
import { configText } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';
import { describeChanges } from './describe-changes.ts';

const BASE = `
listeners: [{ port: 1 }, { port: 2, host: 127.0.0.1 }]
clusters: { a: { discovery: { static: ["h:1"] } }, b: { discovery: { static: ["h:1"] } } }
routes: [{ cluster: a }]
`;

function changes(from: string, to: string): string | undefined {
  const configOf = (text: string) => parseConfig(configText('x.yaml', text)).config;
  return describeChanges(configOf(from), configOf(to));
}

it.each([
  [BASE, undefined],
  [BASE.replace('port: 1', 'port: 3'), 'listener *:3 added, listener *:1 removed'],
  [BASE.replace(', { port: 2, host: 127.0.0.1 }', ''), 'listener 127.0.0.1:2 removed'],
  [BASE.replace('a }', 'b }'), 'routes changed'],
  [`${BASE}name: x\nshutdown: { graceMs: 1 }`, 'name changed, shutdown changed'],
  [
    BASE.replace('b: { discovery: { static: ["h:1"]', 'b: { discovery: { static: ["h:2"]'),
    'cluster b changed',
  ],
  [
    BASE.replace('b: {', 'c: { discovery: { static: ["h:1"] } }, d: {'),
    'clusters c d added, cluster b removed',
  ],
])('of %s tells %s', (text, line) => {
  expect(changes(BASE, text)).toBe(line);
});

it('tells a removed setting, and keeps the line short', () => {
  expect(changes(`${BASE}name: x`, BASE)).toBe('name changed');
  const many = Array.from({ length: 9 }, (_, i) => `c${i}: { discovery: { static: ["h:1"] } }`).join(', ');
  expect(changes(BASE, BASE.replace('a: {', `${many}, a: {`))).toBe(
    'clusters c0 c1 c2 c3 c4 and 4 more added',
  );
});
