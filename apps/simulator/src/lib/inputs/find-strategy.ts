import type { Strategy } from '@evenkeel/core';
import type { StrategyContext, StrategyFactory } from '@evenkeel/simulator';
import { strategyByName, strategyNames } from '@evenkeel/strategies/by-name';
import { didYouMean } from '../cli/closest-word.ts';
import { UsageError } from '../cli/usage-error.ts';
import { isPath, loadExport } from './load-module.ts';

/** A strategy to be compared. */
export interface Contender {
  /** As the user wrote it. */
  readonly argument: string;
  readonly make: StrategyFactory;
}

/**
 * Finds a strategy by its name, or in a module: an export that is one, or a function that makes one of what the simulator
 * passes (`clock`, `random`, `probe`).
 *
 * @throws UsageError when there is none
 */
export async function findStrategy(argument: string): Promise<Contender> {
  const name = strategyNames.find((one) => one === argument);
  if (name !== undefined) return { argument, make: (context) => strategyByName(name, context) };
  if (!isPath(argument)) {
    throw new UsageError(
      `--strategy: there is none called "${argument}".${didYouMean(argument, strategyNames)} ` +
        `There are ${strategyNames.join(', ')}; or give a path, such as ./my-strategy.ts`,
    );
  }
  const found = await loadExport(
    '--strategy',
    argument,
    'a strategy (an object with name, update and pick), or a function that makes one,',
    isStrategyOrFactory,
  );
  return {
    argument,
    make: typeof found === 'function' ? checked(argument, found) : onlyOnce(argument, found),
  };
}

type Factory = (context: StrategyContext) => unknown;

/** What a function makes is known once it is called. */
function checked(argument: string, factory: Factory): StrategyFactory {
  return (context) => {
    const made = factory(context);
    if (isStrategy(made)) return made;
    const what = made instanceof Promise ? 'a promise' : JSON.stringify(made);
    throw new UsageError(
      `--strategy: the function of ${argument} returned ${what}, expected an object with name, update and pick`,
    );
  };
}

/** A strategy keeps state: each client needs one of its own. */
function onlyOnce(argument: string, strategy: Strategy): StrategyFactory {
  let taken = false;
  return () => {
    if (strategy.clone !== undefined) return strategy.clone();
    if (taken) {
      throw new UsageError(
        `--strategy: ${argument} exports one strategy, and the scenario has several clients: export a function that makes one, or add clone()`,
      );
    }
    taken = true;
    return strategy;
  };
}

function isStrategyOrFactory(value: unknown): value is Strategy | Factory {
  return typeof value === 'function' || isStrategy(value);
}

function isStrategy(value: unknown): value is Strategy {
  const { name, update, pick } = (value ?? {}) as Partial<Strategy>;
  return typeof name === 'string' && typeof update === 'function' && typeof pick === 'function';
}
