import type { Random } from '@evenkeel/core';
import { toDistribution } from '../distributions.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { AntagonistModel } from './endpoint-model.ts';

/** No turn is shorter, in ms, whatever is drawn: time goes on. */
const MIN_TURN_MS = 0.1;

/** Takes CPUs from an endpoint by turns, and gives them back. */
export interface Antagonist extends Disposable {
  /** CPUs it takes now. */
  readonly cores: number;
}

/**
 * Starts an antagonist, which has been checked, in the middle of its turns.
 *
 * @param field names it, should one of its distributions draw what is no number
 * @param changed called whenever it takes more or less
 */
export function antagonist(
  field: string,
  model: AntagonistModel,
  timeline: Timeline,
  random: Random,
  changed: () => void,
): Antagonist {
  const busyMs = toDistribution(`${field}.busyMs`, model.busyMs);
  const idleMs = toDistribution(`${field}.idleMs`, model.idleMs);
  const taken = toDistribution(`${field}.cores`, model.cores);
  let cores = 0;
  let open = true;

  const turn = (busy: boolean, share: number): void => {
    cores = busy ? taken(random) : 0;
    changed();
    timeline.after(Math.max(MIN_TURN_MS, (busy ? busyMs : idleMs)(random) * share), () => {
      if (open) turn(!busy, 1);
    });
  };
  const [busy, idle] = [busyMs(random), idleMs(random)];
  const phase = model.phaseRatio ?? random();
  const passedMs = phase * (busy + idle);
  if (passedMs < busy) turn(true, 1 - passedMs / busy);
  else turn(false, idle > 0 ? 1 - (passedMs - busy) / idle : 1);

  return {
    get cores() {
      return cores;
    },
    [Symbol.dispose]() {
      open = false;
    },
  };
}
