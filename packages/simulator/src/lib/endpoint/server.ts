/** The part of an endpoint that works: it takes jobs, and says when each is done. */
export interface Server<Job> {
  /** Starts a job that is `workMs` of work at full speed. */
  begin(job: Job, workMs: number): void;
  /** How many CPUs there are from now on. */
  setCores(cores: number): void;
  /** Drops all jobs. */
  clear(): void;
  /** CPUs in use on average since the last call, as a share of `cores`. */
  takeUtilization(cores: number): number;
}
