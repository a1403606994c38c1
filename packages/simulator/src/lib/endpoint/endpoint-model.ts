import type { DistributionInput } from '../distributions.ts';

/** How one endpoint behaves, and how the registry lists it. */
export interface EndpointModel extends EndpointState {
  /** Letters, digits, `-` and `_`. @default `e` and its number */
  readonly id?: string;
  /** The work that one request is, in ms at full speed. */
  readonly service: DistributionInput;
}

/** What may change while the simulation runs. */
export interface EndpointState {
  /** @default 1 */
  readonly weight?: number;
  /** @default 0 */
  readonly priority?: number;
  readonly zone?: string;
  /** The work that one request is, in ms at full speed. Requests that are being served keep what they had. */
  readonly service?: DistributionInput;
  /** Requests served at the same time, such as threads or connections of a pool; more wait in line. @default Infinity */
  readonly concurrency?: number;
  /** Requests that may wait in line; more are answered with 503 at once. @default Infinity */
  readonly maxQueue?: number;
  /** CPUs that the requests being served share: with more of them than CPUs, each is slower. @default Infinity */
  readonly cores?: number;
  /** Share of requests that fail, 0–1. @default 0 */
  readonly failureRatio?: number;
  /** How they fail. @default the status 500 after the work of any request */
  readonly failure?: FailureModel;
  /**
   * `serving`; `refusing` connections, as a process that has ended (requests at the endpoint are reset); `frozen`, as by
   * SIGSTOP: takes everything and answers nothing until it goes on. @default 'serving'
   */
  readonly condition?: 'serving' | 'refusing' | 'frozen';
  /** How a process just started is slower at first. @default not at all */
  readonly coldStart?: ColdStartModel;
  /** Neighbours on the same machine that take its CPUs from time to time. Only together with `cores`. @default none */
  readonly antagonist?: AntagonistModel;
  /**
   * Whether responses carry a load report (ORCA). The client has to read it: `loadReports: true`. Its utilization is that of
   * `cores`, and 0 without them. @default false
   */
  readonly loadReports?: boolean;
}

/** What a failed request looks like. */
export interface FailureModel {
  /** @default 500 */
  readonly statusCode?: number;
  /** Its work, in ms at full speed: little for an endpoint that fails fast. @default that of any request */
  readonly service?: DistributionInput;
}

/** The first requests of a process find no compiled code and no warm cache. */
export interface ColdStartModel {
  /** How long it takes to get warm, in ms. */
  readonly windowMs: number;
  /** How many times the work is more at first; it falls evenly to 1. */
  readonly factor: number;
}

/** By turns idle and busy. */
export interface AntagonistModel {
  readonly busyMs: DistributionInput;
  readonly idleMs: DistributionInput;
  /** CPUs taken while busy; a hundredth of one is always left. */
  readonly cores: DistributionInput;
  /** Where in its first two turns, busy and then idle, it starts: 0–1. @default at random */
  readonly phaseRatio?: number;
}
