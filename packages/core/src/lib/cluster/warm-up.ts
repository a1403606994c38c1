import type { Clock } from '../clock.ts';
import type { Member } from './member.ts';
import { type SlowStart, slowStartRatio, slowStartStepMs } from './slow-start.ts';

/** Follows the endpoints that are in slow start, and asks for new weights while there are any. */
export interface WarmUp extends Disposable {
  /** The endpoint begins to serve, or does so again. */
  start(member: Member): void;
  /** The share of its weight that the endpoint gets now, 0–1. */
  ratio(member: Member): number;
}

/**
 * @param slowStart undefined turns slow start off
 * @param onStep weights have changed
 */
export function warmUp(slowStart: SlowStart | undefined, clock: Clock, onStep: () => void): WarmUp {
  const warming = new Set<Member>();
  let timer: Disposable | undefined;

  const schedule = (options: SlowStart): void => {
    timer ??= clock.setTimer(() => {
      timer = undefined;
      const now = clock.now();
      for (const member of warming) {
        if (member.removed || now - (member.warmingSince ?? 0) >= options.windowMs) {
          member.warmingSince = undefined;
          warming.delete(member);
        }
      }
      if (warming.size > 0) schedule(options);
      onStep();
    }, slowStartStepMs(options));
  };

  return {
    start(member) {
      if (slowStart === undefined) return;
      member.warmingSince = clock.now();
      warming.add(member);
      schedule(slowStart);
    },
    ratio(member) {
      if (slowStart === undefined || member.warmingSince === undefined) return 1;
      return slowStartRatio(slowStart, clock.now() - member.warmingSince);
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      warming.clear();
    },
  };
}
