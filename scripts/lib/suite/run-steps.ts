import { addCounts, type Counts, formatCounts, NO_COUNTS } from './counts.ts';
import type { Step } from './steps.ts';

/** Where a run writes its lines, and the time it measures with, in ms. */
export interface RunStepsOptions {
  readonly print: (line: string) => void;
  readonly now: () => number;
}

/**
 * Runs every step, also after one failed, and prints a line for each, with the whole output of those that failed and the notes of any. A step
 * counts as one passed or failed; one that ran tests counts as those instead, and as one failed more when it failed
 * though none of its tests did.
 */
export async function runSteps(steps: readonly Step[], { print, now }: RunStepsOptions): Promise<Counts> {
  let total = NO_COUNTS;
  for (const step of steps) {
    const startedAt = now();
    const { ok, output, tests, notes = [] } = await step.run();
    const seconds = ((now() - startedAt) / 1000).toFixed(1).padStart(6);
    const detail = tests === undefined ? '' : `: ${formatCounts(tests)}`;
    if (!ok && output !== '') print(`\n--- ${step.name} ---\n${output}\n`);
    print(`${ok ? 'ok  ' : 'FAIL'} ${seconds} s  ${step.name.padEnd(9)} ${step.title}${detail}`);
    for (const note of notes) print(`                    ${note}`);
    total = addCounts(total, countsOf(ok, tests));
  }
  return total;
}

function countsOf(ok: boolean, tests: Counts | undefined): Counts {
  if (ok) return tests ?? { ...NO_COUNTS, passed: 1 };
  return tests !== undefined && tests.failed > 0
    ? tests
    : addCounts(tests ?? NO_COUNTS, { ...NO_COUNTS, failed: 1 });
}
