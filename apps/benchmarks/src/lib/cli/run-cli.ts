import { parseArgs } from 'node:util';
import { isEvenkeelError } from '@evenkeel/core';
import { formatReport } from '../report/format-report.ts';
import { machineClass, reportJson } from '../report/report-json.ts';
import type { Benchmark } from './benchmark.ts';
import { benchmarkHelp, programHelp } from './help.ts';
import { settingsOf } from './settings.ts';

/** Where the program writes. */
export interface Output {
  /** Results. */
  out(text: string): void;
  /** Progress and complaints. */
  err(text: string): void;
}

/**
 * Runs one benchmark as the arguments say.
 *
 * @returns the exit code: 0, 1 when `--check` found a missed target, 2 when the arguments make no sense
 */
export async function runCli(
  args: readonly string[],
  benchmarks: readonly Benchmark[],
  output: Output,
): Promise<number> {
  // `pnpm bench -- picks` passes the two dashes on.
  const [name, ...rest] = args.filter((arg) => arg !== '--');
  const benchmark = benchmarks.find((candidate) => candidate.name === name);
  if (benchmark === undefined) {
    const asked = name === undefined || name === '--help';
    if (!asked) output.err(`no benchmark "${name}"`);
    output.out(programHelp(benchmarks));
    return asked ? 0 : 2;
  }
  try {
    const { values, given } = parse(benchmark, rest);
    if (values.help === true) {
      output.out(benchmarkHelp(benchmark));
      return 0;
    }
    const settings = settingsOf(benchmark, given, values.quick === true, (line) => output.err(line));
    const report = await benchmark.run(settings);
    output.out(
      values.json === true ? reportJson(benchmark.name, report) : `${heading()}\n\n${formatReport(report)}`,
    );
    return values.check === true && report.targets.some(({ met }) => !met) ? 1 : 0;
  } catch (error) {
    if (!isUsageError(error)) throw error;
    output.err(error.message);
    return 2;
  }
}

function parse(benchmark: Benchmark, args: readonly string[]) {
  const own = Object.keys(benchmark.options).map((name) => [name, { type: 'string' }] as const);
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      check: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      ...(Object.fromEntries(own) as Record<string, { type: 'string' }>),
    },
  });
  return { values, given: values as Readonly<Record<string, string | undefined>> };
}

function isUsageError(error: unknown): error is Error {
  const { code } = error as { readonly code?: string };
  return (
    isEvenkeelError(error, 'ERR_EVENKEEL_INVALID_OPTIONS') || code?.startsWith('ERR_PARSE_ARGS') === true
  );
}

function heading(): string {
  const { cores, node, platform } = machineClass();
  return `${cores} cores, Node ${node}, ${platform}`;
}
