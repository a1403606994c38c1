/** One figure that a scenario of the simulator's catalogue shows, for one seed at a time. */
export interface Figure {
  /** The scenario's name, and which client or how many endpoints. */
  readonly scenario: string;
  /** What is measured, with its unit. */
  readonly name: string;
  readonly digits: number;
  /** What others have published, or what a plain strategy does. */
  readonly reference?: string;
  /** What every seed must keep to; left out where the reference alone is reproduced. */
  readonly target?: FigureTarget;
  measure(seed: number): Promise<number>;
}

/** One bound, or both. */
export interface FigureTarget {
  readonly atLeast?: number;
  readonly atMost?: number;
}
