import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandResult, runCommand } from '../command.ts';
import { turboRun } from '../turbo.ts';
import { withTempFolder } from '../with-temp-folder.ts';
import type { Counts } from './counts.ts';
import { countTests, skippedSuites, type VitestReport } from './vitest-report.ts';

/** One check of the whole tree. */
export interface Step {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  run(): Promise<StepResult>;
}

/** How a step went; `tests` when it ran tests that count one by one. */
export interface StepResult extends CommandResult {
  readonly tests?: Counts;
  /** What a reader should know although the step passed, in lines. */
  readonly notes?: readonly string[];
}

/** Everything `pnpm test` checks, in its order: what fails fastest comes first. */
export const STEPS: readonly Step[] = [
  step('lint', 'format and lint', ['biome', 'ci', '--colors=off', '--error-on-warnings', '.']),
  step('promises', 'promise lint', ['oxlint', '--type-aware', '--deny-warnings', '.']),
  step('imports', 'import directions', ['node', 'scripts/check-imports.ts']),
  step('unused', 'unused code', ['knip', '--no-progress', '--no-config-hints']),
  step('types', 'types', [...turboRun('types')], ['tsc', '--noEmit', '-p', 'scripts/tsconfig.json']),
  step('build', 'build', ['node', 'scripts/build.ts']),
  step('packages', 'package metadata', ['node', 'scripts/check-packages.ts']),
  step('pack', 'packed and installed', ['node', 'scripts/check-pack.ts']),
  { name: 'tests', title: 'tests', run: runTests },
];

function step(name: string, title: string, ...commands: readonly string[][]): Step {
  return {
    name,
    title,
    async run() {
      let ok = true;
      const outputs: string[] = [];
      for (const [command = '', ...args] of commands) {
        const result = await runCommand(command, args);
        ok &&= result.ok;
        if (!result.ok) outputs.push(`$ ${[command, ...args].join(' ')}\n${result.output}`);
      }
      return { ok, output: outputs.join('\n\n') };
    },
  };
}

function runTests(): Promise<StepResult> {
  return withTempFolder('tests', async (folder) => {
    const report = join(folder, 'report.json');
    const result = await runCommand(
      'vitest',
      ['run', '--allowOnly=false', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      { timeoutMs: 2_400_000 },
    );
    if (!existsSync(report)) return { ...result, ok: false };
    const results = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    return { ...result, tests: countTests(results), notes: skippedSuites(results) };
  });
}
