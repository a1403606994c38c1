/** Load as the endpoint reports it, with the fields and meaning of ORCA (`xds.data.orca.v3.OrcaLoadReport`). */
export interface LoadReport {
  /** Share of the CPU in use, 0–1, above 1 when over its request. */
  readonly cpuUtilization?: number;
  /** Share of what the application itself calls its capacity. */
  readonly applicationUtilization?: number;
  /** Requests per second that the endpoint serves. */
  readonly rps?: number;
  /** Errors per second that the endpoint answers with. */
  readonly eps?: number;
  /** Requests in flight at the endpoint, from all its clients. */
  readonly requestsInFlight?: number;
  /** The latency the endpoint expects at its present load, in ms. */
  readonly latencyMs?: number;
  readonly namedMetrics?: Readonly<Record<string, number>>;
}
