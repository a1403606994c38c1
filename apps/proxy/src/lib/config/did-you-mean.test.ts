import { expect, it } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const known = ['host', 'port', 'strategy', 'healthCheck', 'ring-hash', 'p2c'];

it.each([
  ['hots', 'host'],
  ['prot', 'port'],
  ['stratgy', 'strategy'],
  ['healthcheck', 'healthCheck'],
  ['health_check', 'healthCheck'],
  ['ringHash', 'ring-hash'],
  ['xyzzy', undefined],
  ['', undefined],
])('%s may mean %s', (word, meant) => {
  expect(didYouMean(word, known)).toBe(meant);
});
