import { scenarios } from '@evenkeel/simulator/scenarios';
import { strategyNames } from '@evenkeel/strategies/by-name';
import { DEFAULT_STRATEGIES } from './command-line.ts';

export const USAGE = `Usage: pnpm sim --scenario NAME|FILE [--strategy NAME|FILE ...] [options]

Runs balancing strategies through a scenario, on a virtual clock, and compares them. Cluster, strategies, retries and hedges are
the real ones; endpoints, network and time are simulated. The same seed gives the same result.

  --scenario NAME|FILE    one of the catalogue (--list), or a module that exports a scenario
  --strategy NAME|FILE    strategies, one or more after each flag: names, or modules that export a strategy
                          or a function that makes one (default ${DEFAULT_STRATEGIES.join(' ')})
  --seed N                an integer (default: the scenario's, mostly 1)
  --endpoints N           how many there are (default: the scenario's)
  --retry, --no-retry     with the default retries, or none (default: the scenario's)
  --hedge, --no-hedge     with the default hedges, or none (default: the scenario's, mostly none)
  --hedge-percentile P    with hedges after this percentile of the latencies, 0 to 1
  --outlier-detection, --no-outlier-detection
                          with the default ejections, or none (default: the scenario's, mostly with)
  --json                  print the reports as a JSON array instead of a table
  --svg FILE              draw them
  --html FILE             write a page with the picture and the table
  --theme THEME           of both: light, dark, or what the reader's system prefers (default auto)
  --list                  print scenarios and strategies
  --help                  print this

Exits with 0, with 1 when a simulation failed, with 2 when the arguments make no sense.`;

/** Every scenario and strategy there is. */
export function listing(): string {
  const lines = scenarios.map(({ name, summary, endpoints, source }) =>
    [
      `  ${name}`,
      `      ${summary}`,
      `      ${endpoints} endpoints${source === undefined ? '' : `; ${source}`}`,
    ].join('\n'),
  );
  return ['scenarios', ...lines, '', 'strategies', ...strategyNames.map((name) => `  ${name}`)].join('\n');
}
