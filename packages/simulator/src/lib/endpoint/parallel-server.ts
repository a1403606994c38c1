import type { Timeline } from '../timeline/timeline.ts';
import type { Server } from './server.ts';

/** Serves every job at full speed, however many there are: one whose work is to wait for others. */
export class ParallelServer<Job> implements Server<Job> {
  private readonly timeline: Timeline;
  private readonly done: (job: Job) => void;
  private era = {};

  constructor(timeline: Timeline, done: (job: Job) => void) {
    this.timeline = timeline;
    this.done = done;
  }

  begin(job: Job, workMs: number): void {
    const { era } = this;
    this.timeline.after(workMs, () => {
      if (era === this.era) this.done(job);
    });
  }

  setCores(): void {}

  clear(): void {
    this.era = {};
  }

  takeUtilization(): number {
    return 0;
  }
}
