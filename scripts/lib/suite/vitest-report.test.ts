import { expect, it } from 'vitest';
import { countTests, skippedSuites } from './vitest-report.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

it('counts tests over all files, everything unrun as skipped', () => {
  const testResults = [
    file('passed', 'passed', 'passed', 'skipped'),
    file('failed', 'failed', 'passed', 'todo', 'pending'),
  ];
  expect(countTests({ testResults })).toEqual({ passed: 3, failed: 1, skipped: 3 });
});

it('counts a file that does not load as one failure', () => {
  expect(countTests({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it('counts a file whose hooks failed after its tests passed', () => {
  expect(countTests({ testResults: [file('failed', 'passed')] })).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  });
});

it('names why suites were skipped, with the number of their tests', () => {
  const test = (status: string, ...ancestorTitles: string[]) => ({ status, ancestorTitles });
  const reason = 'real redis: SKIPPED, no apt';
  const testResults = [
    { status: 'passed', assertionResults: [test('skipped', reason), test('skipped', reason, 'inner')] },
    { status: 'passed', assertionResults: [test('pending', reason), test('passed'), test('skipped')] },
    { status: 'passed', assertionResults: [test('skipped', 'real consul: SKIPPED, its disk is full')] },
  ];
  expect(skippedSuites({ testResults })).toEqual([
    'real redis: SKIPPED, no apt (3 tests)',
    'real consul: SKIPPED, its disk is full (1 test)',
  ]);
});
