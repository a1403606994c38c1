import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { type HealthMonitor, type HealthStatus, healthMonitor } from '../health/health-monitor.ts';
import { type Ejector, ejector } from '../outlier/ejector.ts';
import type { Candidate } from '../strategy.ts';
import type { Member } from './member.ts';
import type { Pick } from './pick.ts';
import type { Settings } from './resolve-options.ts';

/** What the judgement needs of the cluster it judges for. */
export interface Court {
  /** Those that take requests, whatever their health. */
  readonly serving: () => readonly Member[];
  readonly find: (id: string) => Member | undefined;
  readonly emit: (event: ClusterEvent) => void;
  /** A verdict changed who may serve. */
  readonly changed: () => void;
  /** The member begins to serve again. */
  readonly revived: (member: Member) => void;
  /** An active check changed its verdict on this id. */
  readonly healthChanged: (id: string) => void;
}

/** Active checks and outlier detection as one verdict on each endpoint. */
export interface Judgement {
  isHealthy(member: Member): boolean;
  isEjected(member: Member): boolean;
  /** Whether a detector ejected it, not an operator. */
  isOutlier(member: Member): boolean;
  /** Whether anybody is ejected. */
  readonly hasEjections: boolean;
  status(member: Member): HealthStatus;
  /** How long the ejection still lasts, in ms; 0 when there is none. */
  ejectedForMs(member: Member): number;
  /** Takes the outcome of real traffic. */
  observe(pick: Pick): void;
  /** Begins, or goes on, to check the endpoint. */
  track(member: Member): void;
  untrack(member: Member): void;
  /** Ejects by hand. */
  eject(member: Member, durationMs: number): void;
  /** Ends an ejection by hand; false when there is none. */
  uneject(member: Member): boolean;
  close(): Promise<void>;
}

/** Wires the health monitor and the ejector of one cluster; either may be absent. */
export function judgement(options: ClusterOptions, settings: Settings, court: Court): Judgement {
  const { clock, random } = settings;
  const fail = (source: string, error: unknown): void =>
    court.emit({ type: 'backgroundFailed', source, error });

  const byId = (candidate: Candidate): Member | undefined => court.find(candidate.endpoint.id);
  const withdraw = (member: Member | undefined): void => {
    if (member !== undefined) member.withdrawn = true;
    court.changed();
  };
  const revive = (member: Member | undefined): void => {
    if (member !== undefined && !member.removed) court.revived(member);
    court.changed();
  };

  const outliers: Ejector = ejector({
    options: options.outlierDetection === false ? { detectors: [] } : (options.outlierDetection ?? {}),
    clock,
    random,
    candidates: court.serving,
    // One that crashed may stay listed with weight 0: like one that checks keep out, it takes nobody's place among the ejected.
    isUsable: (candidate) => {
      const member = byId(candidate);
      return member === undefined || (member.serving && !member.unhealthy);
    },
    onEjected(candidate, { detector, durationMs, times }) {
      court.emit({ type: 'endpointEjected', endpoint: candidate.endpoint, detector, durationMs, times });
      withdraw(byId(candidate));
    },
    onReturned(candidate, reason) {
      court.emit({ type: 'endpointReturned', endpoint: candidate.endpoint, reason });
      revive(byId(candidate));
    },
    onSkipped(candidate, detector, reason) {
      court.emit({ type: 'ejectionSkipped', endpoint: candidate.endpoint, detector, reason });
    },
    onError: fail,
  });

  const monitor: HealthMonitor | undefined =
    options.healthCheck &&
    healthMonitor({
      check: options.healthCheck,
      clock,
      random,
      onChange(endpoint, healthy, reason) {
        court.emit({ type: 'healthChanged', endpoint, healthy, reason });
        const member = court.find(endpoint.id);
        if (member !== undefined) judged(member, healthy);
        court.healthChanged(endpoint.id);
      },
      onError: (error) => fail('healthCheck', error),
    });

  const judged = (member: Member, healthy: boolean): void => {
    const wasUsable = !member.unhealthy;
    member.unhealthy = !healthy;
    // Most first verdicts only confirm what was assumed, and ten thousand of them must not divide a cluster each.
    if (wasUsable === healthy) return;
    if (!healthy) {
      withdraw(member);
      return;
    }
    // An endpoint that was down and is up again owes nothing for the failures of its absence. One that passes its
    // checks throughout, and fails real requests all the same, stays out for the whole time.
    outliers.uneject(member, 'healthy');
    revive(member);
  };

  return {
    isHealthy: (member) => !member.unhealthy && !outliers.isEjected(member),
    isEjected: (member) => outliers.isEjected(member),
    isOutlier: (member) => outliers.isOutlier(member),
    get hasEjections() {
      return outliers.ejectedCount > 0;
    },
    status: (member) => monitor?.status(member.endpoint.id) ?? 'unknown',
    ejectedForMs: (member) => Math.max(0, outliers.ejectedUntil(member) - clock.now()),
    observe(pick) {
      outliers.observe(pick.member, pick);
      // It answered when nobody else did.
      if (pick.probing && pick.kind === 'success') outliers.uneject(pick.member, 'healthy');
    },
    track(member) {
      if (monitor === undefined) return;
      monitor.track(member.endpoint);
      member.unhealthy = !monitor.usable(member.endpoint.id);
    },
    untrack(member) {
      monitor?.untrack(member.endpoint.id);
      outliers.forget(member);
    },
    eject: (member, durationMs) => outliers.eject(member, durationMs),
    uneject: (member) => outliers.uneject(member, 'manual'),
    async close() {
      outliers.close();
      await monitor?.close();
    },
  };
}
