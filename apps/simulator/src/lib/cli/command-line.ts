import { parseArgs } from 'node:util';
import type { ClientSettings } from '@evenkeel/simulator';
import type { Theme } from '@evenkeel/simulator/svg';
import { UsageError } from './usage-error.ts';

/** What the command line asks for. */
export interface Command {
  /** Names of the catalogue, or a path. */
  readonly scenario: string;
  /** Names or paths, at least one. */
  readonly strategies: readonly string[];
  readonly seed: number | undefined;
  readonly endpoints: number | undefined;
  /** Replaces what the scenario has. */
  readonly client: ClientSettings;
  readonly json: boolean;
  readonly svg: string | undefined;
  readonly html: string | undefined;
  readonly theme: Theme;
}

/** Compared when no strategy is named: what most others do by default, and what Evenkeel does. */
export const DEFAULT_STRATEGIES: readonly string[] = ['round-robin', 'peak-ewma'];
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/**
 * Reads the command line.
 *
 * @returns 'help' or 'list' when that is all that was asked for
 * @throws UsageError saying which argument is wrong and what is allowed
 */
export function parseCommandLine(args: readonly string[]): Command | 'help' | 'list' {
  const { values, tokens } = parse(args.filter((arg) => arg !== '--'));
  if (values.help === true) return 'help';
  if (values.list === true) return 'list';
  if (values.scenario === undefined) {
    throw new UsageError(
      '--scenario is missing: the name of one (--list shows them) or a path such as ./my-scenario.ts',
    );
  }
  const strategies = strategiesOf(tokens);
  return {
    scenario: values.scenario,
    strategies: strategies.length === 0 ? DEFAULT_STRATEGIES : strategies,
    seed: integer('--seed', values.seed, Number.MIN_SAFE_INTEGER),
    endpoints: integer('--endpoints', values.endpoints, 1),
    client: {
      ...(values.retry === undefined ? {} : { retry: values.retry ? {} : false }),
      ...hedgeOf(values.hedge, values['hedge-percentile']),
      ...(values['outlier-detection'] === undefined
        ? {}
        : { outlierDetection: values['outlier-detection'] ? {} : false }),
    },
    json: values.json === true,
    svg: values.svg,
    html: values.html,
    theme: themeOf(values.theme),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      tokens: true,
      options: {
        scenario: { type: 'string' },
        strategy: { type: 'string', multiple: true },
        seed: { type: 'string' },
        endpoints: { type: 'string' },
        retry: { type: 'boolean' },
        hedge: { type: 'boolean' },
        'hedge-percentile': { type: 'string' },
        'outlier-detection': { type: 'boolean' },
        json: { type: 'boolean' },
        svg: { type: 'string' },
        html: { type: 'string' },
        theme: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Token = ReturnType<typeof parse>['tokens'][number];

/** Every value of `--strategy`, and the words that follow one. */
function strategiesOf(tokens: readonly Token[]): readonly string[] {
  const strategies: string[] = [];
  let isOpen = false;
  for (const token of tokens) {
    if (token.kind === 'option') isOpen = token.name === 'strategy';
    if (token.kind === 'option' && isOpen) strategies.push(token.value ?? '');
    if (token.kind !== 'positional') continue;
    if (!isOpen) {
      throw new UsageError(
        `"${token.value}" belongs to no option: strategies come after --strategy, a scenario after --scenario`,
      );
    }
    strategies.push(token.value);
  }
  return strategies;
}

function hedgeOf(isOn: boolean | undefined, percentile: string | undefined): Pick<ClientSettings, 'hedge'> {
  if (percentile === undefined) return isOn === undefined ? {} : { hedge: isOn ? {} : false };
  if (isOn === false) throw new UsageError('--no-hedge and --hedge-percentile say the opposite');
  const value = Number(percentile);
  if (percentile.trim() !== '' && value >= 0 && value <= 1) return { hedge: { percentile: value } };
  throw new UsageError(`--hedge-percentile: got "${percentile}", expected a number from 0 to 1`);
}

function integer(option: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= min) return value;
  throw new UsageError(
    `${option}: got "${text}", expected an integer${min > 0 ? ` of at least ${min}` : ''}`,
  );
}

function themeOf(text: string | undefined): Theme {
  const theme = THEMES.find((one) => one === (text ?? 'auto'));
  if (theme === undefined)
    throw new UsageError(`--theme: got "${text}", expected one of ${THEMES.join(', ')}`);
  return theme;
}
