import { comparisonRows, describeRun, requireReports } from './comparison.ts';
import { notableEvents } from './notable-events.ts';
import type { Report } from './report.ts';

/**
 * Reports of one scenario as a text for a terminal: a table with a column for each strategy, and below it what happened to
 * their clusters.
 *
 * @throws InvalidOptionsError without reports
 */
export function formatReports(given: readonly Report[]): string {
  const reports = requireReports(given);
  const lines = [['', ...reports.map(({ strategy }) => strategy)]];
  for (const { label, values } of comparisonRows(reports)) lines.push([label, ...values]);
  return [describeRun(reports), '', ...table(lines), ...reports.flatMap(eventLines)].join('\n');
}

function table(lines: readonly (readonly string[])[]): readonly string[] {
  const columns = lines[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function eventLines(report: Report): readonly string[] {
  const events = notableEvents(report);
  if (events.length === 0) return [];
  return ['', `events with ${report.strategy}`, ...events.map((event) => `  ${event}`)];
}
