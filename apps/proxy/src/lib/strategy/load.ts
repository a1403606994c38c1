import { leastRequest, leastTime, p2c, peakEwma, prequal, reportedLoad } from '@evenkeel/strategies';
import { count, flag, ms, number, object, ratio } from '../schema/fields.ts';
import { strategyDriver } from './driver.ts';

const score = {
  decayMs: ms('Time constant of all averages. Default 10000.', { min: 1 }).exactOptional(),
  errorAware: flag('Whether endpoints that fail count as loaded. Default true.').exactOptional(),
};
const comparison = {
  choices: count('Endpoints drawn at random. Default 2.', { min: 2, max: 32 }).exactOptional(),
  fullScanUpTo: count('Up to this many are all compared. Default 8.', { max: 64 }).exactOptional(),
  toleranceRatio: ratio('Differences that count as none.').exactOptional(),
};

/** Strategies that compare load. */
export const loadDrivers = {
  p2c: strategyDriver(object('Two at random, the less loaded by peak EWMA.', comparison), p2c),
  'peak-ewma': strategyDriver(
    object('Latency and requests in flight; the default.', { ...score, ...comparison }),
    peakEwma,
  ),
  'least-request': strategyDriver(
    object('Fewest requests in flight.', { ...score, ...comparison }),
    leastRequest,
  ),
  'least-time': strategyDriver(object('Least average latency.', { ...score, ...comparison }), leastTime),
  prequal: strategyDriver(
    object('A pool of probes, hot and cold.', {
      ...score,
      probesPerPick: number('Default 3.', { max: 16 }).exactOptional(),
      poolSize: count('Default 16.', { min: 2, max: 256 }).exactOptional(),
      probeAgeMs: ms('Default 1000.', { min: 1 }).exactOptional(),
      removesPerPick: number('Default 1.', { max: 16 }).exactOptional(),
      hotRatio: ratio('Default 0.84.').exactOptional(),
      reuseDelta: number('Default 1.').exactOptional(),
    }),
    prequal,
  ),
  'reported-load': strategyDriver(
    object('Weights from what endpoints report of themselves.', {
      updatePeriodMs: ms('Default 1000.', { min: 100 }).exactOptional(),
      blackoutMs: ms('Default 10000.').exactOptional(),
      expirationMs: ms('Default 180000.').exactOptional(),
      errorPenalty: number('Default 1.').exactOptional(),
    }),
    reportedLoad,
  ),
};
