import type { Failure } from '../../errors/reason.ts';
import type { RoutedRequest } from '../middleware.ts';
import type { RateDecision } from './gcra.ts';
import type { RateSettings } from './rate-options.ts';

/** Lets a request pass or refuses it, as a limiter has decided. */
export type Enforce = (request: RoutedRequest, decision: RateDecision, next: () => void) => void;

/** Makes what follows from a decision: 429 with `Retry-After`, and on all answers the fields of the limit. */
export function enforcer({ rate, headers, name }: RateSettings): Enforce {
  const windowS = Math.max(1, Math.ceil((rate.burst * rate.intervalMs) / 1_000));
  const policy = `"${name}";q=${rate.burst};w=${windowS}`;
  return (request, decision, next) => {
    if (headers) {
      const state = `"${name}";r=${decision.remaining};t=${seconds(decision.resetMs)}`;
      request.onResponse((head) => {
        head.headers.append('ratelimit-policy', policy);
        head.headers.append('ratelimit', state);
      });
    }
    if (decision.allowed) next();
    else request.fail(refusal(seconds(decision.retryMs)));
  };
}

function refusal(retryAfter: number): Failure {
  return { status: 429, reason: 'rate-limit', message: 'There were too many requests.', retryAfter };
}

/** Whole seconds, never too few. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
