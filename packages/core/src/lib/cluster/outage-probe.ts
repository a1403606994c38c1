import type { PickContext } from '../balancer.ts';
import type { Judgement } from './judgement.ts';
import type { Member } from './member.ts';

/** How often an outage lets a request try each ejected endpoint, in ms. */
const INTERVAL_MS = 1_000;

/**
 * While every endpoint in use fails, one request a second goes to each ejected one: it may be up again, and the request would
 * fail anyway. A success there ends the ejection.
 */
export class OutageProbe {
  /** Whether there may be an outage. A plain field: it is read for every pick. */
  suspected = false;
  private readonly judge: Judgement;
  private readonly serving: () => readonly Member[];
  private nextAt = Number.NEGATIVE_INFINITY;
  private turn = 0;

  /** @param serving those that take requests, whatever their health */
  constructor(judge: Judgement, serving: () => readonly Member[]) {
    this.judge = judge;
    this.serving = serving;
  }

  /** Takes note of a failed pick. */
  failed(member: Member): void {
    member.failedAfter = member.successes;
    if (this.judge.hasEjections) this.suspected = true;
  }

  /** The endpoint to try, when there is an outage and a try is due. */
  choose({ exclude }: PickContext, now: number): Member | undefined {
    if (now < this.nextAt) return undefined;
    const serving = this.serving();
    this.suspected = !serving.some((member) => this.judge.isHealthy(member) && works(member));
    if (!this.suspected) return undefined;
    const out = serving.filter((member) => !member.unhealthy && this.judge.isOutlier(member));
    this.nextAt = now + INTERVAL_MS / Math.max(1, out.length);
    for (let step = 0; step < out.length; step++) {
      const turn = (this.turn + step) % out.length;
      const member = out[turn];
      if (member === undefined || member.full || member.pending > 0) continue;
      if (exclude?.has(member.endpoint.id)) continue;
      this.turn = turn + 1;
      return member;
    }
    return undefined;
  }
}

/** Whether it has not failed yet, or has had a success since. */
function works(member: Member): boolean {
  return member.failedAfter !== member.successes;
}
