export type { Addition, Change, EndpointSelector, Removal, StateChange } from './lib/changes/change.ts';
export type { ClientModel, ClientSettings, ClusterSettings, TrySettings } from './lib/client/client-model.ts';
export { uniformKeys, zipfKeys } from './lib/client/keys.ts';
export type { ClosedTraffic, OpenTraffic, Traffic } from './lib/client/traffic.ts';
export {
  constant,
  type Distribution,
  type DistributionInput,
  exponential,
  lognormal,
  mixture,
  normal,
  pareto,
  uniform,
} from './lib/distributions.ts';
export type {
  AntagonistModel,
  ColdStartModel,
  EndpointModel,
  EndpointState,
  FailureModel,
} from './lib/endpoint/endpoint-model.ts';
export type { NetworkModel } from './lib/network-model.ts';
export { formatReports } from './lib/report/format-reports.ts';
export type {
  AttemptCounts,
  EndpointReport,
  EventReport,
  Latencies,
  Report,
  RequestCounts,
  StepReport,
  TierReport,
} from './lib/report/report.ts';
export type { DependencyModel, Scenario, ServiceModel } from './lib/scenario.ts';
export { simulate } from './lib/simulate.ts';
export type { ProbeAnswer, StrategyContext, StrategyFactory } from './lib/strategy-factory.ts';
export { type KeySpread, type KeySpreadOptions, keySpread } from './lib/studies/key-spread.ts';
export { type LoadBound, type LoadBoundOptions, loadBound } from './lib/studies/load-bound.ts';
export { type SubsetSpread, type SubsetSpreadOptions, subsetSpread } from './lib/studies/subset-spread.ts';
