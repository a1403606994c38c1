export type { Balancer, Outcome, PickContext, PickResult } from './lib/balancer.ts';
export { type Clock, sleep, systemClock } from './lib/clock.ts';
export { createCluster } from './lib/cluster/create-cluster.ts';
export type { Cluster, ClusterControl } from './lib/cluster.ts';
export type {
  BackgroundFailed,
  ClusterEvent,
  DiscoveryFailed,
  DiscoveryStateChanged,
  EjectionSkipped,
  EndpointEjected,
  EndpointReturned,
  EndpointsChanged,
  HealthChanged,
  PanicChanged,
  SnapshotRejected,
} from './lib/cluster-event.ts';
export type {
  ClusterOptions,
  PanicOptions,
  PriorityOptions,
  SlowStartOptions,
  ZoneOptions,
} from './lib/cluster-options.ts';
export type { ClusterState, DiscoveryState, EndpointState, TierState } from './lib/cluster-state.ts';
export { type FileDiscoveryOptions, fileDiscovery } from './lib/discovery/file.ts';
export { type MergeDiscoveryOptions, mergeDiscovery } from './lib/discovery/merge.ts';
export { staticDiscovery } from './lib/discovery/static.ts';
export { type WatchFileOptions, watchFile } from './lib/discovery/watch-file.ts';
export type { Discovery, Snapshot, WatchOptions } from './lib/discovery.ts';
export { type Endpoint, type EndpointInput, formatAddress, MAX_WEIGHT, toEndpoint } from './lib/endpoint.ts';
export {
  DiscoveryError,
  type EndpointCounts,
  type ErrorSource,
  EvenkeelError,
  type EvenkeelErrorCode,
  HealthCheckError,
  InvalidOptionsError,
  isEvenkeelError,
  NoEndpointsError,
  OverloadedError,
  TimeoutError,
  UpstreamError,
  withoutStack,
} from './lib/errors.ts';
export type { GuardOptions } from './lib/guard/guard-options.ts';
export type { HealthCheckOptions } from './lib/health/health-check-options.ts';
export { tcpHealthCheck } from './lib/health/tcp-health-check.ts';
export type { HealthChecker, OutlierDetector } from './lib/health.ts';
export { checkKeys, type KnownKeys } from './lib/known-keys.ts';
export { type AimdLimitOptions, aimdLimit } from './lib/limit/aimd-limit.ts';
export type { ConcurrencyLimit } from './lib/limit/concurrency-limit.ts';
export { fixedLimit } from './lib/limit/fixed-limit.ts';
export { type GradientLimitOptions, gradientLimit } from './lib/limit/gradient-limit.ts';
export type { LimitRangeOptions } from './lib/limit/limit-range.ts';
export type { LoadReport } from './lib/load-report.ts';
export { choiceOption, type NumberBounds, numberOption, requiredNumber } from './lib/options.ts';
export { type ConsecutiveFailuresOptions, consecutiveFailures } from './lib/outlier/consecutive-failures.ts';
export { type FailureRatioOptions, failureRatio } from './lib/outlier/failure-ratio.ts';
export type { OutlierDetectionOptions } from './lib/outlier/outlier-detection-options.ts';
export { type SuccessRateOptions, successRate } from './lib/outlier/success-rate.ts';
export { type Random, seededRandom } from './lib/random.ts';
export { type DrainOnSignalsOptions, drainOnSignals } from './lib/registration/drain-on-signals.ts';
export type { HeartbeatOptions } from './lib/registration/heartbeat-options.ts';
export { heartbeatRegistrar } from './lib/registration/heartbeat-registrar.ts';
export type {
  Deregistered,
  DeregistrationFailed,
  HeartbeatFailed,
  HeartbeatLate,
  Registered,
  Registrar,
  RegistrarEvent,
  RegistrarState,
  RegistrationFailed,
  RegistrationLost,
} from './lib/registration/registrar.ts';
export type { RegistryCall, RegistryEntry } from './lib/registration/registry-entry.ts';
export { type Backoff, type BackoffOptions, fullJitterBackoff } from './lib/retry/backoff.ts';
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from './lib/retry/retry-budget.ts';
export { createRoster, type Roster, type Rostered } from './lib/roster.ts';
export type { Candidate, LoadMetric, Observation, Strategy } from './lib/strategy.ts';
export type { ApertureSubset, RendezvousSubset, SubsetOptions } from './lib/subset/subset-options.ts';
