import { expect, it } from 'vitest';
import { strategyByName, strategyNames } from './by-name.ts';

it.each(strategyNames)('makes %s under its own name', (name) => {
  expect(strategyByName(name).name).toBe(name);
});
