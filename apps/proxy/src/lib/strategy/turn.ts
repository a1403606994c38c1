import {
  failoverOrder,
  firstFit,
  random,
  roundRobin,
  smoothWeightedRoundRobin,
  weightedRandom,
} from '@evenkeel/strategies';
import { number, object } from '../schema/fields.ts';
import { strategyDriver } from './driver.ts';

/** Strategies that ask neither keys nor latencies. */
export const turnDrivers = {
  'round-robin': strategyDriver(object('One after the other.', {}), () => roundRobin()),
  'smooth-weighted-round-robin': strategyDriver(object('As nginx.', {}), () => smoothWeightedRoundRobin()),
  random: strategyDriver(object('Any.', {}), () => random()),
  'weighted-random': strategyDriver(object('Any, by weight.', {}), () => weightedRandom()),
  'failover-order': strategyDriver(object('The first that is usable.', {}), () => failoverOrder()),
  'first-fit': strategyDriver(
    object('Fills one after the other.', {
      maxInFlight: number('Requests that fill an endpoint of weight 1. Default 100.', {
        min: 1,
      }).exactOptional(),
    }),
    ({ maxInFlight = 100 }) => firstFit({ maxInFlight }),
  ),
};
