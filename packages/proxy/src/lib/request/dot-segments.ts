/**
 * A segment that some server takes for `.` or `..`: with the dots or the slashes encoded, with backslashes, or with a parameter
 * behind it (the classes of CVE-2021-21321, CVE-2026-85124 and CVE-2026-127060).
 */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\;]|%2f|%5c|%3b)/i;

/** Whether a path, without its query, could lead somewhere else than its segments say. */
export function hasDotSegment(path: string): boolean {
  return DOT_SEGMENT.test(path);
}
