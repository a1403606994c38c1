/** Finds out whether latency comes from a queue or from the endpoint itself. */
export interface QueueCheck {
  /**
   * Takes a limit in full use and the latency under it; true when the limit was halved and the latency stayed: no
   * queue, then, but an endpoint that has become slower.
   */
  refuted(limit: number, latencyMs: number): boolean;
}

/** Behind a queue, half the concurrency means about half the latency; more than this share of it means there is none. */
const SAME_LATENCY_RATIO = 0.8;

/** Makes a check that remembers one earlier limit and the latency it had. */
export function queueCheck(): QueueCheck {
  let limitBefore = 0;
  let latencyBefore = 0;
  return {
    refuted(limit, latencyMs) {
      const halved = limit * 2 <= limitBefore;
      const grown = limit > limitBefore || latencyMs * SAME_LATENCY_RATIO > latencyBefore;
      if (!halved && !grown) return false;
      const refuted = halved && latencyMs >= latencyBefore * SAME_LATENCY_RATIO;
      limitBefore = limit;
      latencyBefore = latencyMs;
      return refuted;
    },
  };
}
