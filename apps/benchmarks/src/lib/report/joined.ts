import type { Report } from './report.ts';

/** Makes one report of several. */
export function joined(parts: readonly Report[]): Report {
  return {
    tables: parts.flatMap(({ tables }) => tables),
    targets: parts.flatMap(({ targets }) => targets),
    notes: parts.flatMap(({ notes }) => notes),
  };
}
