import type { GuardSettings } from './resolve-guard-options.ts';

/** The rule for a registry that suddenly lists nobody: a broken control plane says so more often than a real one. */
export interface EmptyHold {
  /** Takes an empty snapshot; true keeps the old endpoints for now. */
  holds(now: number): boolean;
  /** When the hold ends unless it is confirmed earlier, `Infinity` without one. */
  readonly deadline: number;
  clear(): void;
}

/** Makes the rule. Time is passed in, in ms, and may stand still during an outage. */
export function emptyHold(
  settings: Pick<GuardSettings, 'onEmpty' | 'emptyHoldMs' | 'emptyConfirmations' | 'emptyConfirmationGapMs'>,
): EmptyHold {
  const { onEmpty, emptyHoldMs, emptyConfirmations, emptyConfirmationGapMs } = settings;
  let hold: { readonly until: number; confirmations: number; countedAt: number } | undefined;
  return {
    holds(now) {
      if (onEmpty !== 'hold') return onEmpty === 'fail';
      if (hold === undefined) hold = { until: now + emptyHoldMs, confirmations: 0, countedAt: now };
      else if (now - hold.countedAt >= emptyConfirmationGapMs) {
        hold.confirmations++;
        hold.countedAt = now;
      }
      return hold.confirmations < emptyConfirmations && now < hold.until;
    },
    get deadline() {
      return hold?.until ?? Number.POSITIVE_INFINITY;
    },
    clear() {
      hold = undefined;
    },
  };
}
