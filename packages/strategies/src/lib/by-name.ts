import {
  type Clock,
  checkKeys,
  choiceOption,
  type KnownKeys,
  type Random,
  type Strategy,
} from '@evenkeel/core';
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
import type { PrequalOptions } from './prequal-options.ts';
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

/** What a strategy made by its name may be given; one that has no use for a part of it leaves it. */
export interface StrategyByNameOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
  /** For Prequal. @default none: it goes by load reports, or by the client's own view */
  readonly probe?: PrequalOptions['probe'];
}

const OPTION_KEYS: KnownKeys<StrategyByNameOptions> = { clock: true, random: true, probe: true };

/** The same options, grouped by who takes them. */
interface Given {
  readonly chance: Pick<StrategyByNameOptions, 'random'>;
  readonly time: Pick<StrategyByNameOptions, 'clock'>;
  readonly both: Pick<StrategyByNameOptions, 'random' | 'clock'>;
  readonly all: PrequalOptions;
}

const MAKERS: Readonly<Record<StrategyName, (given: Given) => Strategy>> = {
  'round-robin': ({ chance }) => roundRobin(chance),
  'smooth-weighted-round-robin': ({ chance }) => smoothWeightedRoundRobin(chance),
  random: ({ chance }) => random(chance),
  'weighted-random': ({ chance }) => weightedRandom(chance),
  'least-request': ({ both }) => leastRequest(both),
  'least-time': ({ both }) => leastTime(both),
  p2c: ({ both }) => p2c(both),
  'peak-ewma': ({ both }) => peakEwma(both),
  'ring-hash': ({ chance }) => ringHash(chance),
  maglev: ({ chance }) => maglev(chance),
  rendezvous: ({ chance }) => rendezvous(chance),
  'mod-hash': ({ chance }) => modHash(chance),
  'bounded-load': ({ chance }) => boundedLoad({ base: ringHash(chance) }),
  sticky: ({ both, time }) => sticky({ fallback: peakEwma(both), ...time }),
  'first-fit': () => firstFit({ maxInFlight: 100 }),
  'reported-load': ({ both }) => reportedLoad(both),
  prequal: ({ all }) => prequal(all),
  'failover-order': failoverOrder,
};

/** Every strategy's name. */
export const strategyNames: readonly StrategyName[] = Object.keys(MAKERS) as StrategyName[];

/**
 * Makes a strategy with its defaults, for command lines and configurations. It brings every strategy along: code that knows
 * which one it wants imports that one. Where there is no default, first-fit fills endpoints with 100 requests, and sticky
 * falls back to peak EWMA.
 *
 * @param options what it tells time, draws lots and probes with, as in a simulation
 * @throws InvalidOptionsError when there is no strategy of that name, or no such option
 */
export function strategyByName(name: StrategyName, options: StrategyByNameOptions = {}): Strategy {
  const make = MAKERS[choiceOption('strategy', name, name, strategyNames)];
  checkKeys('', options, OPTION_KEYS);
  const { clock, random: chosen, probe } = options;
  const chance = chosen === undefined ? {} : { random: chosen };
  const time = clock === undefined ? {} : { clock };
  const both = { ...chance, ...time };
  return make({ chance, time, both, all: probe === undefined ? both : { ...both, probe } });
}
