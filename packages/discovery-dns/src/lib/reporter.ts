import type { WatchOptions } from '@evenkeel/core';
import type { DnsError } from './dns-error.ts';
import type { Answer } from './resolve/answer.ts';

/** Tells of trouble that does not end the watch. */
export interface Reporter {
  /** A server failed and another try did not. */
  serverFailed(error: DnsError, attempt: number): void;
  /** Tells what is wrong with an answer, if anything; what was wrong with the last one in the same way is not repeated. */
  answered(answer: Answer, holding: boolean, retryInMs: number): void;
}

/** Makes a reporter to a watch's consumer, if that listens. */
export function reporter(onEvent: WatchOptions['onEvent']): Reporter {
  let attempt = 0;
  let known: ReadonlySet<string> = new Set();
  return {
    serverFailed(error, failures) {
      onEvent?.({ type: 'discoveryFailed', error, attempt: failures, retryInMs: 0 });
    },
    answered({ negative, failure, problems }, holding, retryInMs) {
      const error = failure ?? negative;
      attempt = error === undefined ? 0 : attempt + 1;
      // A name that has no records for good is told of once, one that lost them until it is believed.
      if (error !== undefined && (attempt === 1 || holding || failure !== undefined)) {
        onEvent?.({ type: 'discoveryFailed', error, attempt, retryInMs });
      }
      for (const message of problems) {
        if (!known.has(message)) onEvent?.({ type: 'snapshotRejected', message });
      }
      known = new Set(problems);
    },
  };
}
