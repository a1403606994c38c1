import { choiceOption, type Strategy } from '@evenkeel/core';
import { boundedLoad } from './bounded-load.ts';
import { failoverOrder } from './failover-order.ts';
import { firstFit } from './first-fit.ts';
import { leastRequest } from './least-request.ts';
import { leastTime } from './least-time.ts';
import { maglev } from './maglev.ts';
import { modHash } from './mod-hash.ts';
import { p2c } from './p2c.ts';
import { peakEwma } from './peak-ewma.ts';
import { prequal } from './prequal.ts';
import { random } from './random.ts';
import { rendezvous } from './rendezvous.ts';
import { reportedLoad } from './reported-load.ts';
import { ringHash } from './ring-hash.ts';
import { roundRobin } from './round-robin.ts';
import { smoothWeightedRoundRobin } from './smooth-weighted-round-robin.ts';
import { sticky } from './sticky.ts';
import { weightedRandom } from './weighted-random.ts';

/** The name of a strategy, the same as its `name` field. */
export type StrategyName =
  | 'round-robin'
  | 'smooth-weighted-round-robin'
  | 'random'
  | 'weighted-random'
  | 'least-request'
  | 'least-time'
  | 'p2c'
  | 'peak-ewma'
  | 'ring-hash'
  | 'maglev'
  | 'rendezvous'
  | 'mod-hash'
  | 'bounded-load'
  | 'sticky'
  | 'first-fit'
  | 'reported-load'
  | 'prequal'
  | 'failover-order';

const MAKERS: Readonly<Record<StrategyName, () => Strategy>> = {
  'round-robin': roundRobin,
  'smooth-weighted-round-robin': smoothWeightedRoundRobin,
  random,
  'weighted-random': weightedRandom,
  'least-request': leastRequest,
  'least-time': leastTime,
  p2c,
  'peak-ewma': peakEwma,
  'ring-hash': ringHash,
  maglev,
  rendezvous,
  'mod-hash': modHash,
  'bounded-load': boundedLoad,
  sticky: () => sticky({ fallback: peakEwma() }),
  'first-fit': () => firstFit({ maxInFlight: 100 }),
  'reported-load': reportedLoad,
  prequal,
  'failover-order': failoverOrder,
};

/** Every strategy's name. */
export const strategyNames: readonly StrategyName[] = Object.keys(MAKERS) as StrategyName[];

/**
 * Makes a strategy with its defaults, for command lines and configurations. It brings every strategy along: code that knows
 * which one it wants imports that one. Where there is no default, first-fit fills endpoints with 100 requests, and sticky
 * falls back to peak EWMA.
 *
 * @throws InvalidOptionsError when there is no strategy of that name
 */
export function strategyByName(name: StrategyName): Strategy {
  return MAKERS[choiceOption('strategy', name, name, strategyNames)]();
}
