import { type Clock, numberOption } from '@evenkeel/core';
import type { CloseOptions } from './proxy-options.ts';

/** The options with their defaults, checked. */
export type ResolvedCloseOptions = Required<CloseOptions>;

/** Something that is closed once, however often it is asked to. */
export interface Closing {
  /** Whether it has been asked to. */
  readonly begun: boolean;
  /** Further calls wait for the first; one with a shorter time shortens it. */
  close(options?: CloseOptions): Promise<void>;
}

/** How something closes. */
export interface ClosingSteps {
  readonly clock: Clock;
  /** Closes in good order; no wait outlasts the signal. */
  close(how: ResolvedCloseOptions, signal: AbortSignal): Promise<void>;
  /** Breaks off what is left when the time is over. */
  breakOff(): void;
}

/** Gives each step its time. */
export function closing({ clock, close, breakOff }: ClosingSteps): Closing {
  const over = new AbortController();
  let closed: Promise<void> | undefined;
  return {
    get begun() {
      return closed !== undefined;
    },
    close(options = {}) {
      const how = resolveCloseOptions(options);
      closed ??= close(how, over.signal);
      const onOver = (): void => {
        over.abort();
        breakOff();
      };
      const timer = clock.setTimer(onOver, how.delayMs + how.graceMs);
      return closed.finally(() => timer[Symbol.dispose]());
    },
  };
}

function resolveCloseOptions(options: CloseOptions): ResolvedCloseOptions {
  return {
    delayMs: numberOption('delayMs', options.delayMs, 0),
    graceMs: numberOption('graceMs', options.graceMs, 25_000),
    quietMs: numberOption('quietMs', options.quietMs, 0),
    idleMs: numberOption('idleMs', options.idleMs, 1_000),
  };
}
