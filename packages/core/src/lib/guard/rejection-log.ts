import type { SnapshotRejected } from '../cluster-event.ts';

/** More problems than this in one snapshot are counted, not told one by one. */
const MAX_EVENTS = 100;

/** Tells each problem of a source once, not again with each snapshot that still has it. */
export function rejectionLog(
  onEvent: (event: SnapshotRejected) => void,
  prefix = '',
): (problems: readonly string[]) => void {
  let told = new Set<string>();
  return (problems) => {
    if (problems.length === 0 && told.size === 0) return;
    const shown = problems.slice(0, MAX_EVENTS);
    if (problems.length > MAX_EVENTS) shown.push(`and ${problems.length - MAX_EVENTS} more problems`);
    const now = new Set(shown);
    for (const message of now) {
      if (!told.has(message)) onEvent({ type: 'snapshotRejected', message: `${prefix}${message}` });
    }
    told = now;
  };
}
