import type { Counts } from './counts.ts';

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      /** The titles of the suites around the test. */
      readonly ancestorTitles?: readonly string[];
    }[];
  }[];
}

/** Counts the tests of a report. A file that failed before its first test, such as one that does not load, is one failure. */
export function countTests(report: VitestReport): Counts {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { status, assertionResults } of report.testResults) {
    let failedHere = 0;
    for (const test of assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failedHere++;
      else skipped++;
    }
    failed += status === 'failed' ? Math.max(1, failedHere) : failedHere;
  }
  return { passed, failed, skipped };
}

/**
 * One line for each reason why whole suites were skipped, with the number of their tests: a suite without its server has `SKIPPED` and
 * the reason in its title.
 */
export function skippedSuites(report: VitestReport): readonly string[] {
  const counts = new Map<string, number>();
  for (const { ancestorTitles = [], status } of report.testResults.flatMap(
    ({ assertionResults }) => assertionResults,
  )) {
    const title = ancestorTitles.find((one) => one.includes('SKIPPED, '));
    if (title !== undefined && !['passed', 'failed'].includes(status)) {
      counts.set(title, (counts.get(title) ?? 0) + 1);
    }
  }
  return [...counts].map(([title, count]) => `${title} (${count} ${count === 1 ? 'test' : 'tests'})`);
}
