import type { Endpoint, Snapshot } from '@evenkeel/core';
import type { Settings } from './options.ts';
import type { Answer } from './resolve/answer.ts';

/** What a watch shows of the answers it gets. */
export interface AnswerView {
  /** Whether endpoints are shown against the last answer, which says that there are none. */
  readonly holding: boolean;
  /**
   * Takes an answer.
   *
   * @param now in ms
   * @param refreshMs time until the next one, in ms
   * @returns the snapshot that follows from it; undefined when it is no other than the last
   */
  take(answer: Answer, now: number, refreshMs: number): Snapshot | undefined;
}

const LOGICAL_WINDOW_MS = 60_000;
const LOGICAL_WINDOW_TTLS = 3;

/**
 * Makes the view of one watch. An answer without endpoints is not believed for `emptyHoldMs`; endpoints that answers do not have
 * any more stay for `obsoleteHoldMs`, after HAProxy's `hold nx` and `hold obsolete`.
 */
export function answerView(
  settings: Pick<Settings, 'emptyHoldMs' | 'obsoleteHoldMs' | 'logical'>,
): AnswerView {
  const { emptyHoldMs, logical } = settings;
  const shown = new Map<string, { readonly endpoint: Endpoint; readonly seenAt: number }>();
  let emptySince: number | undefined;
  let lastShape: string | undefined;

  const unlessSame = (snapshot: Snapshot): Snapshot | undefined => {
    const shape = JSON.stringify(snapshot);
    if (shape === lastShape) return undefined;
    lastShape = shape;
    return snapshot;
  };
  // Servers rotate their answers: only in a fixed order are equal sets equal.
  const endpoints = (): readonly Endpoint[] =>
    Array.from(shown.values(), ({ endpoint }) => endpoint).sort(
      (a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1),
    );

  const takeEmpty = ({ withdrawn }: Answer, now: number): Snapshot | undefined => {
    if (shown.size > 0 && withdrawn !== true) {
      emptySince ??= now;
      if (now - emptySince < emptyHoldMs) return unlessSame({ endpoints: endpoints(), stale: true });
    }
    emptySince = undefined;
    lastShape = undefined;
    const deregistered = [...shown.keys()];
    shown.clear();
    // Told again at each refresh: the guard of a cluster counts empty snapshots before it believes them.
    return deregistered.length === 0 ? { endpoints: [] } : { endpoints: [], deregistered };
  };

  const takeEndpoints = (answer: Answer, now: number, refreshMs: number): Snapshot | undefined => {
    emptySince = undefined;
    const window = logical ? Math.max(LOGICAL_WINDOW_MS, LOGICAL_WINDOW_TTLS * refreshMs) : 0;
    const { obsoleteHoldMs = window } = settings;
    const incomplete = answer.failure !== undefined;
    for (const endpoint of answer.endpoints) shown.set(endpoint.id, { endpoint, seenAt: now });
    for (const [id, { seenAt }] of shown) {
      if (seenAt < now && now - seenAt >= obsoleteHoldMs && !incomplete) shown.delete(id);
    }
    return unlessSame({ endpoints: endpoints(), ...(incomplete && { stale: true }) });
  };

  return {
    get holding() {
      return emptySince !== undefined;
    },
    take: (answer, now, refreshMs) =>
      answer.endpoints.length === 0 ? takeEmpty(answer, now) : takeEndpoints(answer, now, refreshMs),
  };
}
