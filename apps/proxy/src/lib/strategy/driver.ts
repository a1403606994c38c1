import type { Strategy } from '@evenkeel/core';
import type { StrategyName } from '@evenkeel/strategies';
import type * as z from 'zod';

/** A strategy's name, or an object with its name and options. */
export type StrategyConfig = StrategyName | Readonly<Record<string, unknown>>;

/** One strategy, under its name in the configuration. */
export interface StrategyDriver<S extends z.ZodType = z.ZodType> {
  /** Its options. */
  readonly schema: S;
  /** @param nested builds a strategy that is part of this one */
  build(options: z.output<S>, nested: (config: StrategyConfig) => Strategy): Strategy;
}

/** Ties the type of a driver's options to its schema. */
export function strategyDriver<S extends z.ZodType>(
  schema: S,
  build: StrategyDriver<S>['build'],
): StrategyDriver<S> {
  return { schema, build };
}
