// What `pnpm test` runs: every check of the tree. For some of them: pnpm test --only lint,types
import { parseArgs } from 'node:util';
import { formatCounts } from './lib/suite/counts.ts';
import { runSteps } from './lib/suite/run-steps.ts';
import { STEPS, type Step } from './lib/suite/steps.ts';

const steps = selectedSteps();
if (steps === undefined) {
  process.exitCode = 2;
} else {
  const counts = await runSteps(steps, { print: (line) => console.log(line), now: () => performance.now() });
  console.log(formatCounts(counts));
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

function selectedSteps(): readonly Step[] | undefined {
  // `pnpm test -- --only lint` passes the two dashes on.
  const args = process.argv.slice(2).filter((arg) => arg !== '--');
  const { only } = parseArgs({ args, options: { only: { type: 'string' } } }).values;
  if (only === undefined) return STEPS;
  const names = only.split(',');
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length === 0) return STEPS.filter(({ name }) => names.includes(name));
  console.error(`no step "${unknown.join('", "')}"; there are ${STEPS.map(({ name }) => name).join(', ')}`);
  return undefined;
}
