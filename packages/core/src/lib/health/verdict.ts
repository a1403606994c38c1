import { describeError } from './describe-error.ts';

/** What active checks say of an endpoint; `unknown` before the first of them. */
export type HealthStatus = 'unknown' | 'healthy' | 'unhealthy';

/** Rise and fall: turns passes and failures into a status that single checks do not shake. */
export interface Verdict {
  readonly status: HealthStatus;
  /** Whether all is well and no check speaks against it. */
  readonly settled: boolean;
  /** Takes one check; returns why the status changed, undefined when it did not. */
  pass(): string | undefined;
  fail(error: unknown): string | undefined;
  /** Forgets the checks that spoke against the present status. */
  restart(): void;
}

/**
 * Makes a verdict that the first check alone decides.
 *
 * @param rise passes in a row that make an unhealthy endpoint healthy
 * @param fall failures in a row that make a healthy endpoint unhealthy
 */
export function verdict(rise: number, fall: number): Verdict {
  let status: HealthStatus = 'unknown';
  let against = 0;

  const turn = (to: HealthStatus, needed: number, what: string): string | undefined => {
    if (status === to) {
      against = 0;
      return undefined;
    }
    const first = status === 'unknown';
    if (!first && ++against < needed) return undefined;
    status = to;
    against = 0;
    return first ? `first check ${what}` : `${needed} ${needed === 1 ? 'check' : 'checks in a row'} ${what}`;
  };

  return {
    get status() {
      return status;
    },
    get settled() {
      return status === 'healthy' && against === 0;
    },
    pass: () => turn('healthy', rise, 'passed'),
    fail(error) {
      const reason = turn('unhealthy', fall, 'failed');
      return reason && `${reason}: ${describeError(error)}`;
    },
    restart() {
      against = 0;
    },
  };
}
