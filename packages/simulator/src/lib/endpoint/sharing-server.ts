import { EventQueue, type TimelineEvent } from '../timeline/event-queue.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Server } from './server.ts';

/** A job, due at an amount of work that every job has got by then. */
class Share<Job> implements TimelineEvent {
  at = 0;
  order = 0;
  readonly job: Job;

  constructor(job: Job) {
    this.job = job;
  }

  fire(): void {}
}

/**
 * Serves all jobs at once on a number of CPUs: up to as many run at full speed, more share evenly (processor sharing). The
 * queue is ordered by virtual work, the work each job would have got since the start, which keeps its order when the
 * speed changes.
 */
export class SharingServer<Job> implements Server<Job> {
  private readonly timeline: Timeline;
  private readonly done: (job: Job) => void;
  private shares = new EventQueue();
  private active = 0;
  private cores: number;
  /** The virtual work at `countedAt`, in ms. */
  private workMs = 0;
  private countedAt: number;
  /** CPU time spent since the last question for it. */
  private usedMs = 0;
  private askedAt: number;
  private wake: object | undefined;

  constructor(timeline: Timeline, cores: number, done: (job: Job) => void) {
    this.timeline = timeline;
    this.cores = cores;
    this.done = done;
    this.countedAt = timeline.now;
    this.askedAt = timeline.now;
  }

  begin(job: Job, workMs: number): void {
    this.count();
    this.active++;
    this.shares.push(new Share(job), this.workMs + workMs);
    this.planNext();
  }

  setCores(cores: number): void {
    this.count();
    this.cores = cores;
    this.planNext();
  }

  clear(): void {
    this.count();
    this.active = 0;
    this.shares = new EventQueue();
    this.planNext();
  }

  takeUtilization(cores: number): number {
    this.count();
    const sinceMs = this.timeline.now - this.askedAt;
    const ratio = sinceMs > 0 ? this.usedMs / (sinceMs * cores) : 0;
    this.usedMs = 0;
    this.askedAt = this.timeline.now;
    return ratio;
  }

  /** Work that one job gets in each ms. */
  private speed(): number {
    return Math.min(1, this.cores / Math.max(1, this.active));
  }

  private count(): void {
    const { now } = this.timeline;
    const passedMs = now - this.countedAt;
    if (passedMs <= 0) return;
    this.usedMs += passedMs * Math.min(this.cores, this.active);
    this.workMs += passedMs * this.speed();
    this.countedAt = now;
  }

  private planNext(): void {
    const next = this.shares.first;
    const wake = next && {};
    this.wake = wake;
    if (next === undefined) return;
    this.timeline.after((next.at - this.workMs) / this.speed(), () => {
      if (this.wake === wake) this.finish();
    });
  }

  private finish(): void {
    this.count();
    // The one this wake-up is for is due now, whatever rounding made of the sum.
    const due = Math.max(this.workMs, this.shares.first?.at ?? 0);
    this.workMs = due;
    for (let next = this.shares.takeDue(due); next !== undefined; next = this.shares.takeDue(due)) {
      this.active--;
      this.done((next as Share<Job>).job);
    }
    this.planNext();
  }
}
