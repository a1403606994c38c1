import type { ClusterState, EndpointState, TierState } from '../cluster-state.ts';
import type { EndpointCounts } from '../errors.ts';
import type { HealthStatus } from '../health/health-monitor.ts';
import type { Member } from './member.ts';

/** What a cluster's state is made of. */
export interface InspectSource {
  readonly name: string;
  readonly strategy: string;
  readonly discovery: ClusterState['discovery'];
  readonly members: Iterable<Member>;
  readonly tiers: readonly TierState[];
  readonly counts: EndpointCounts;
  readonly health: (member: Member) => HealthStatus;
  /** How long the member's ejection still lasts, in ms; 0 when it is not ejected. */
  readonly ejectedForMs: (member: Member) => number;
  /** Whether a detector ejected it, not an operator. */
  readonly isOutlier: (member: Member) => boolean;
  /** What its strategy compares; undefined when that does not tell. */
  readonly load: (member: Member) => number | undefined;
}

/** Copies the state, so that the caller may keep it. */
export function inspectCluster(source: InspectSource): ClusterState {
  return {
    name: source.name,
    strategy: source.strategy,
    discovery: source.discovery,
    endpoints: Array.from(source.members, (member) => inspectMember(member, source)),
    tiers: source.tiers,
    counts: source.counts,
  };
}

function inspectMember(member: Member, source: InspectSource): EndpointState {
  const { id, host, port, priority, zone, metadata } = member.endpoint;
  const ejectedForMs = source.ejectedForMs(member);
  const ejected = ejectedForMs > 0;
  const load = source.load(member);
  return {
    id,
    host,
    port,
    priority,
    ...(zone === undefined ? {} : { zone }),
    metadata,
    weight: member.baseWeight,
    effectiveWeight: member.group === undefined ? 0 : member.weight,
    health: source.health(member),
    ejected,
    ejectedForMs,
    draining: member.removed || member.drained || member.baseWeight === 0,
    operator: {
      drained: member.drained,
      ...(member.weightOverride === undefined ? {} : { weight: member.weightOverride }),
      ejected: ejected && !source.isOutlier(member),
    },
    candidate: member.group !== undefined,
    picks: member.picks,
    successes: member.successes,
    failures: member.failures,
    cancelled: member.cancelled,
    inFlight: member.inFlight,
    pending: member.pending,
    ...(Number.isNaN(member.latencyMs) ? {} : { latencyMs: member.latencyMs }),
    ...(load === undefined ? {} : { load }),
    ...(member.limit === undefined ? {} : { concurrencyLimit: member.limit.limit }),
  };
}
