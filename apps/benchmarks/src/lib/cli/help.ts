import type { Benchmark } from './benchmark.ts';

/** The help of the whole program. */
export function programHelp(benchmarks: readonly Benchmark[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  return [
    'pnpm bench NAME [options]',
    '',
    'Benchmarks:',
    ...benchmarks.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Options of all:',
    ...COMMON.map(([flag, text]) => `  ${flag.padEnd(8)}  ${text}`),
    '',
    'pnpm bench NAME --help lists those of one.',
  ].join('\n');
}

/** The help of one benchmark. */
export function benchmarkHelp({ name, summary, options }: Benchmark): string {
  const own = Object.entries(options).map(([option, { description, fallback, choices }]) => {
    const value = typeof fallback === 'number' ? fallback : fallback.join(',');
    const allowed = choices === undefined ? '' : ` (of ${choices.join(', ')})`;
    return [
      `--${option} ${typeof fallback === 'number' ? 'N' : 'A,B'}`,
      `${description}${allowed} [${value}]`,
    ] as const;
  });
  const lines = [...own, ...COMMON];
  const width = Math.max(...lines.map(([flag]) => flag.length));
  return [
    `pnpm bench ${name} [options]`,
    '',
    summary,
    '',
    ...lines.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`),
  ].join('\n');
}

const COMMON: readonly (readonly [flag: string, text: string])[] = [
  ['--quick', 'a short run whose figures mean little'],
  ['--check', 'exit with 1 when a target is missed'],
  ['--json', 'one JSON object on standard output'],
  ['--help', 'this'],
];
