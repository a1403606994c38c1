/** What one simulation showed. Plain data: it can be written as JSON. */
export interface Report {
  readonly scenario: string;
  /** The name that the strategy gives itself. */
  readonly strategy: string;
  readonly seed: number;
  readonly durationMs: number;
  /** Requests of the clients, from the end of the warm-up on. */
  readonly requests: RequestCounts;
  /** Of all requests that ended, failed ones too, from the client's call to the last byte. */
  readonly latencyMs: Latencies;
  readonly attempts: AttemptCounts;
  /** In the order of the scenario, those of tiers below after them. */
  readonly endpoints: readonly EndpointReport[];
  readonly tiers: readonly TierReport[];
  readonly steps: readonly StepReport[];
  /** How many failed requests had which error: a code, or the status as `status 503`. */
  readonly errors: Readonly<Record<string, number>>;
  /**
   * How often the strategy broke its contract, in every tier: it picked `nobody` although there was a candidate, an
   * `excluded` endpoint, or a `stranger` that is no candidate. The cluster picks another one then.
   */
  readonly mispicks: Readonly<Record<string, number>>;
  /** How many events of each type the clusters of the clients reported. */
  readonly eventCounts: Readonly<Record<string, number>>;
  /** The first thousand of them. */
  readonly events: readonly EventReport[];
}

export interface RequestCounts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Neither, when the simulation ended. */
  readonly unfinished: number;
  /** succeeded ÷ total, 0–1; NaN without requests. */
  readonly successRatio: number;
}

/** In ms; NaN without requests that ended. Percentiles are exact, by the nearest-rank method. */
export interface Latencies {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
}

/** Tries of the clients' requests at endpoints. */
export interface AttemptCounts {
  readonly total: number;
  /** Sent after another one had failed. */
  readonly retries: number;
  /** Sent beside another one. */
  readonly hedges: number;
  /** Attempts that were not the first of their request ÷ requests. */
  readonly extraRatio: number;
}

export interface EndpointReport {
  readonly id: string;
  /** 0 for those that the clients ask. */
  readonly tier: number;
  readonly weight: number;
  readonly zone?: string;
  readonly attempts: number;
  /** Of the attempts of its tier, 0–1. */
  readonly share: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** The most requests that were at it at a time. */
  readonly peakInFlight: number;
  /** Requests at it when the simulation ended. */
  readonly finalInFlight: number;
  /** Attempts in each step. */
  readonly attemptsByStep: readonly number[];
}

export interface TierReport {
  readonly tier: number;
  readonly attempts: number;
  /** Attempts at this tier for each request of a client: above 1 where retries add load. */
  readonly attemptsPerRequest: number;
}

/** One stretch of time, by the start of the requests. */
export interface StepReport {
  readonly atMs: number;
  readonly requests: number;
  readonly failed: number;
  /** NaN without requests. */
  readonly p50: number;
  readonly p99: number;
  /** Requests at all endpoints at the end of the step. */
  readonly inFlight: number;
}

export interface EventReport {
  readonly atMs: number;
  readonly client: string;
  readonly type: string;
  readonly endpoint?: string;
  /** More, in words or as a number. */
  readonly detail?: string;
}
