import type { Strategy } from '@evenkeel/core';
import { type StrategyName, strategyByName, strategyNames } from '@evenkeel/strategies';
import * as z from 'zod';
import { within } from '../build/within.ts';
import { oneOf } from '../schema/fields.ts';
import type { StrategyConfig, StrategyDriver } from './driver.ts';
import { keyDrivers } from './key.ts';
import { loadDrivers } from './load.ts';
import { turnDrivers } from './turn.ts';

/** The strategy of a cluster that names none. */
export const DEFAULT_STRATEGY: StrategyName = 'peak-ewma';

const drivers: Readonly<Record<StrategyName, StrategyDriver>> = {
  ...loadDrivers,
  ...turnDrivers,
  ...keyDrivers(z.lazy((): typeof strategy => strategy)),
};

/** A strategy: its name, or an object with its name and options. */
export const strategy: z.ZodType<StrategyConfig> = z
  .union(
    [
      z.enum(strategyNames),
      oneOf(
        'A strategy with options.',
        Object.fromEntries(strategyNames.map((name) => [name, drivers[name].schema.exactOptional()])),
      ),
    ],
    { error: `one of ${strategyNames.join(', ')}, or an object with the name and its options` },
  )
  .describe(`How endpoints are picked. Default ${DEFAULT_STRATEGY}.`);

/**
 * Builds a strategy of a checked configuration.
 *
 * @throws OptionError for what only the strategy itself can check
 */
export function buildStrategy(config: StrategyConfig): Strategy {
  if (typeof config === 'string') return strategyByName(config);
  const name = strategyNames.find((one) => Object.hasOwn(config, one)) ?? DEFAULT_STRATEGY;
  return within([name], () => drivers[name].build(config[name], buildStrategy));
}

/** Whether a strategy of a checked configuration is of a kind, or has one of that kind within. */
export function usesStrategy(config: StrategyConfig, name: StrategyName): boolean {
  if (typeof config === 'string') return config === name;
  return Object.entries(config).some(([key, options]) => {
    const { fallback } = options as { readonly fallback?: StrategyConfig };
    return key === name || (fallback !== undefined && usesStrategy(fallback, name));
  });
}

/** The secret of the `sticky` in a strategy, with which it makes its tokens; undefined where it has none. */
export function stickySecret(config: StrategyConfig | undefined): string | undefined {
  if (typeof config !== 'object') return undefined;
  for (const [key, options] of Object.entries(config)) {
    const { secret, fallback } = options as { readonly secret?: string; readonly fallback?: StrategyConfig };
    if (key === 'sticky' && secret !== undefined) return secret;
    const nested = stickySecret(fallback);
    if (nested !== undefined) return nested;
  }
  return undefined;
}
