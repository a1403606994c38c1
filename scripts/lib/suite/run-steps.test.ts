import { describe, expect, it } from 'vitest';
import { runSteps } from './run-steps.ts';
import type { Step, StepResult } from './steps.ts';

async function run(...results: StepResult[]) {
  const lines: string[] = [];
  const steps = results.map(
    (result, index): Step => ({ name: `step${index}`, title: 'title', run: async () => result }),
  );
  let time = 0;
  const now = () => {
    time += 500;
    return time;
  };
  const counts = await runSteps(steps, { print: (line) => lines.push(line), now });
  return { counts, lines };
}

describe('runSteps', () => {
  it('prints one line with the time for a step that passed, without its output', async () => {
    const { counts, lines } = await run({ ok: true, output: 'chatter' });
    expect(lines).toEqual(['ok      0.5 s  step0     title']);
    expect(counts).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it('goes on after a failure and prints its whole output', async () => {
    const { counts, lines } = await run({ ok: false, output: 'line 1\nline 2' }, { ok: true, output: '' });
    expect(lines[0]).toBe('\n--- step0 ---\nline 1\nline 2\n');
    expect(lines).toHaveLength(3);
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('prints what a reader should know of a step that passed', async () => {
    const { lines } = await run({ ok: true, output: '', notes: ['real redis: SKIPPED, no apt (3 tests)'] });
    expect(lines.slice(1)).toEqual(['                    real redis: SKIPPED, no apt (3 tests)']);
  });

  it('counts tests one by one instead of their step', async () => {
    const tests = { passed: 7, failed: 2, skipped: 1 };
    expect((await run({ ok: false, output: '', tests })).counts).toEqual(tests);
  });

  it('counts a step that failed though its tests passed', async () => {
    const tests = { passed: 7, failed: 0, skipped: 0 };
    expect((await run({ ok: false, output: '', tests })).counts).toEqual({ ...tests, failed: 1 });
  });
});
