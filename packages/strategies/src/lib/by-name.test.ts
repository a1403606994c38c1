import { InvalidOptionsError } from '@evenkeel/core';
import { expect, it } from 'vitest';
import { type StrategyName, strategyByName, strategyNames } from './by-name.ts';

it.each(strategyNames)('makes %s under its own name', (name) => {
  expect(strategyByName(name).name).toBe(name);
});

it.each(['fastest', '', 'constructor', '__proto__'])('refuses the name "%s"', (name) => {
  expect(() => strategyByName(name as StrategyName)).toThrow(InvalidOptionsError);
});
