/** Something whose picks are measured, in a process of its own. */
export interface Subject {
  readonly name: string;
  /** The most that a pick may cost, in ns. */
  readonly targetNs?: number;
  /** Gets everything ready for a number of endpoints. */
  prepare(endpoints: number): PickLoop | Promise<PickLoop>;
}

/** Picks in a loop. */
export interface PickLoop {
  /** Picks so many times and returns something computed from every pick, so that none can be optimised away. */
  run(picks: number): number;
}
