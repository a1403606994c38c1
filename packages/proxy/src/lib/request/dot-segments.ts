/**
 * A segment that some server takes for `.` or `..`: with the dots or the slashes encoded, with backslashes, or with a parameter
 * behind it (the classes of CVE-2021-21321, CVE-2026-85124 and CVE-2026-127060).
 */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\;]|%2f|%5c|%3b)/i;

/** What some servers read as another path: empty segments, encoded slashes, and what need not be encoded at all (RFC 3986 §2.3). */
const OTHER_SPELLING = /\/\/|\\|%(?:2f|5c|2d|2e|5f|7e|3\d|[46][1-9a-f]|[57][0-9a])/i;

/** Whether a path, without its query, is spelt such that some server takes it for another one than its bytes say. */
export function isAmbiguousPath(path: string): boolean {
  return OTHER_SPELLING.test(path) || hasDotSegment(path);
}

/** Whether a path, without its query, could lead somewhere else than its segments say. */
export function hasDotSegment(path: string): boolean {
  return DOT_SEGMENT.test(path);
}
