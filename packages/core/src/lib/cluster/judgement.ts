import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { type HealthMonitor, type HealthStatus, healthMonitor } from '../health/health-monitor.ts';
import { type Ejector, ejector } from '../outlier/ejector.ts';
import type { Member } from './member.ts';
import type { Pick } from './pick.ts';
import type { Settings } from './resolve-options.ts';

/** What the judgement needs of the cluster it judges for. */
export interface Court {
  /** Those that take requests, whatever their health. */
  readonly serving: () => readonly Member[];
  readonly find: (id: string) => Member | undefined;
  readonly emit: (event: ClusterEvent) => void;
  /** Somebody's verdict changed; `revived` is the member that begins to serve again, if any. */
  readonly changed: (revived?: Member) => void;
  /** An active check changed its verdict on this id. */
  readonly healthChanged: (id: string) => void;
}

/** Active checks and outlier detection as one verdict on each endpoint. */
export interface Judgement {
  isHealthy(member: Member): boolean;
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

  const down = new Set<string>();

  const outliers: Ejector = ejector({
    options: options.outlierDetection === false ? { detectors: [] } : (options.outlierDetection ?? {}),
    clock,
    random,
    candidates: court.serving,
    isUsable: (candidate) => monitor?.usable(candidate.endpoint.id) ?? true,
    onEjected(candidate, { detector, durationMs, times }) {
      court.emit({ type: 'endpointEjected', endpoint: candidate.endpoint, detector, durationMs, times });
      court.changed();
    },
    onReturned(candidate, reason) {
      court.emit({ type: 'endpointReturned', endpoint: candidate.endpoint, reason });
      court.changed(court.find(candidate.endpoint.id));
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
        if (!healthy) down.add(endpoint.id);
        const revived = healthy && down.delete(endpoint.id) ? court.find(endpoint.id) : undefined;
        // An endpoint that was down and is up again owes nothing for the failures of its absence. One that passes its
        // checks throughout, and fails real requests all the same, stays out for the whole time.
        if (revived !== undefined) outliers.uneject(revived, 'healthy');
        court.changed(revived);
        court.healthChanged(endpoint.id);
      },
      onError: (error) => fail('healthCheck', error),
    });

  return {
    isHealthy: (member) => (monitor?.usable(member.endpoint.id) ?? true) && !outliers.isEjected(member),
    status: (member) => monitor?.status(member.endpoint.id) ?? 'unknown',
    ejectedForMs: (member) => Math.max(0, outliers.ejectedUntil(member) - clock.now()),
    observe: (pick) => outliers.observe(pick.member, pick),
    track: (member) => monitor?.track(member.endpoint),
    untrack(member) {
      monitor?.untrack(member.endpoint.id);
      down.delete(member.endpoint.id);
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
