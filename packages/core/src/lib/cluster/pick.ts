import type { Outcome, PickResult } from '../balancer.ts';
import type { Endpoint } from '../endpoint.ts';
import type { LoadReport } from '../load-report.ts';
import type { Observation, Strategy } from '../strategy.ts';
import type { Member, PendingPick } from './member.ts';

/** What a pick tells when it ends. */
export interface PickOwner {
  now(): number;
  /** Called exactly once for each pick, after its fields are settled. */
  settled(pick: Pick): void;
}

const CANCELLED: Outcome = { kind: 'cancelled' };

/**
 * One try of one request. It is the only object that a pick allocates, so it serves as the result that the caller
 * holds, as the node of its endpoint's list of pending picks, and at the end as the observation that strategies get.
 */
export class Pick implements PickResult, PendingPick, Observation {
  readonly member: Member;
  readonly strategy: Strategy;
  readonly startedAt: number;
  /** Whether the endpoint was out, and this pick the last resort of a request that was tried everywhere else. */
  readonly probing: boolean;
  older: PendingPick | undefined = undefined;
  newer: PendingPick | undefined = undefined;

  kind: Outcome['kind'] = 'cancelled';
  statusCode: number | undefined = undefined;
  error: unknown = undefined;
  loadReport: LoadReport | undefined = undefined;
  latencyMs = -1;
  at = 0;

  private readonly owner: PickOwner;
  private open = true;

  constructor(owner: PickOwner, member: Member, strategy: Strategy, now: number) {
    this.owner = owner;
    this.member = member;
    this.strategy = strategy;
    this.startedAt = now;
    this.probing = member.group === undefined || member.withdrawn;
    member.begin(this);
  }

  get endpoint(): Endpoint {
    return this.member.endpoint;
  }

  responseStarted(): void {
    if (!this.open || this.latencyMs >= 0) return;
    this.latencyMs = this.owner.now() - this.startedAt;
    this.member.answered(this);
  }

  done(outcome: Outcome): void {
    if (!this.open) return;
    this.open = false;
    this.at = this.owner.now();
    if (this.latencyMs < 0) {
      this.latencyMs = this.at - this.startedAt;
      this.member.answered(this);
    }
    this.kind = outcome.kind;
    this.statusCode = outcome.statusCode;
    this.error = outcome.error;
    this.loadReport = outcome.loadReport;
    this.member.end(this);
    this.owner.settled(this);
  }

  [Symbol.dispose](): void {
    this.done(CANCELLED);
  }
}
