export { type BoundedLoadOptions, boundedLoad } from './lib/bounded-load.ts';
export {
  type StrategyByNameOptions,
  type StrategyName,
  strategyByName,
  strategyNames,
} from './lib/by-name.ts';
export type { ComparisonOptions } from './lib/comparison.ts';
export { failoverOrder } from './lib/failover-order.ts';
export { type FirstFitOptions, firstFit } from './lib/first-fit.ts';
export type { HashFunction, HashName } from './lib/hashing/hash-function.ts';
export type { HashStrategy } from './lib/hashing/hash-strategy.ts';
export type { KeyStrategyOptions } from './lib/hashing/key-strategy.ts';
export { type InFlightMetricOptions, inFlightMetric } from './lib/in-flight-metric.ts';
export { type LeastRequestOptions, leastRequest } from './lib/least-request.ts';
export { type LeastTimeOptions, leastTime } from './lib/least-time.ts';
export { type MaglevOptions, maglev } from './lib/maglev.ts';
export { type MeanLatencyMetricOptions, meanLatencyMetric } from './lib/mean-latency-metric.ts';
export { type ModHashOptions, modHash } from './lib/mod-hash.ts';
export { type P2cOptions, p2c } from './lib/p2c.ts';
export { type PeakEwmaOptions, peakEwma } from './lib/peak-ewma.ts';
export { type PeakEwmaMetricOptions, peakEwmaMetric } from './lib/peak-ewma-metric.ts';
export { prequal } from './lib/prequal.ts';
export type { PrequalOptions, ProbeResult } from './lib/prequal-options.ts';
export { type RandomOptions, random } from './lib/random.ts';
export { type RendezvousOptions, rendezvous } from './lib/rendezvous.ts';
export { type ReportedLoadOptions, reportedLoad } from './lib/reported-load.ts';
export type { ReportedWeightsOptions } from './lib/reported-weights.ts';
export { type RingHashOptions, ringHash } from './lib/ring-hash.ts';
export { type RoundRobinOptions, roundRobin } from './lib/round-robin.ts';
export type { ScoreOptions } from './lib/score-options.ts';
export {
  type SmoothWeightedRoundRobinOptions,
  smoothWeightedRoundRobin,
} from './lib/smooth-weighted-round-robin.ts';
export { type StickyOptions, type StickyStrategy, sticky, stickyToken } from './lib/sticky.ts';
export { type WeightedRandomOptions, weightedRandom } from './lib/weighted-random.ts';
