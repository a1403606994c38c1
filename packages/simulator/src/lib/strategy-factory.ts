import type { Clock, Endpoint, Random, Strategy } from '@evenkeel/core';

/** What a strategy is made with; the names are those of the options of `@evenkeel/strategies`. */
export interface StrategyContext {
  /** The virtual time. */
  readonly clock: Clock;
  /** Seeded for this client: a strategy that draws from it gives the same report every time. */
  readonly random: Random;
  /** Asks an endpoint for its load, over the simulated network, as Prequal does. */
  readonly probe: (endpoint: Endpoint, options: { readonly signal: AbortSignal }) => Promise<ProbeAnswer>;
}

/** What an endpoint says of itself when it is probed. */
export interface ProbeAnswer {
  /** Requests at the endpoint, from all clients. */
  readonly requestsInFlight: number;
  /** The median of the latest latencies that began with about as many requests in flight as now, in ms. */
  readonly latencyMs: number;
}

/** Makes the strategy of one client: `({ random, clock }) => peakEwma({ random, clock })`. */
export type StrategyFactory = (context: StrategyContext) => Strategy;
