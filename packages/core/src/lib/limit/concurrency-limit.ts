/** How many requests one endpoint may have in flight. One instance belongs to one endpoint. */
export interface ConcurrencyLimit {
  /** The present limit, at least 1. */
  readonly limit: number;
  /**
   * Takes one finished pick.
   *
   * @param latencyMs from the pick to the first byte
   * @param inFlight picks in flight when it ended, itself included
   * @param dropped whether it failed in a way that means overload (a timeout, a 503, a refused connection)
   * @param now clock time in ms
   */
  observe(latencyMs: number, inFlight: number, dropped: boolean, now: number): void;
}
