import { parseArgs } from 'node:util';
import { type StrategyName, strategyNames } from '@evenkeel/strategies/by-name';

/** What the command line asks for. */
export interface DemoOptions {
  readonly seconds: number;
  readonly strategy: StrategyName;
  readonly json: boolean;
}

export const USAGE = `Usage: pnpm demo [--seconds N] [--strategy NAME] [--json]

Starts five HTTP backends (three healthy, one ten times slower, one that fails half of its requests), sends traffic
through a balanced client, through the proxy and through a plain round robin, kills a backend meanwhile and brings it back.

  --seconds N      how long traffic runs, 3 to 600 (default 20)
  --strategy NAME  one of ${strategyNames.join(', ')} (default peak-ewma)
  --json           print one JSON object on stdout instead of the summary
  --help           print this

Exits 0 only if no request failed that a retry was allowed to save.`;

/**
 * Reads the command line.
 *
 * @returns 'help' when that is all that was asked for
 * @throws Error saying which argument is wrong and what is allowed
 */
export function parseDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      seconds: { type: 'string', default: '20' },
      strategy: { type: 'string', default: 'peak-ewma' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const seconds = Number(values.seconds);
  if (!(seconds >= 3 && seconds <= 600)) {
    throw new Error(`--seconds: got "${values.seconds}", expected a number from 3 to 600`);
  }
  const strategy = strategyNames.find((name) => name === values.strategy);
  if (strategy === undefined) {
    throw new Error(`--strategy: got "${values.strategy}", expected one of ${strategyNames.join(', ')}`);
  }
  return { seconds, strategy, json: values.json };
}
