/** The usable endpoints of one zone, as far as the split between zones needs them. */
export interface ZoneHealth {
  readonly zone: string;
  /** Endpoints that could serve if they were all healthy. */
  readonly known: number;
  readonly healthy: number;
}

/**
 * Splits the load of one priority over zones, with as much in the local zone as it can take.
 *
 * With `clientRatios`, this is Envoy's zone aware routing: the local zone gets (its share of the endpoints ÷ its share of
 * the clients) of the load, at most all, and the rest goes where endpoints exceed clients. Without, the local zone takes
 * what its own health allows, by the same rule as priorities, and the rest follows the number of healthy endpoints.
 *
 * @param local the zone of this process
 * @param factor overprovisioning factor, at least 1
 * @returns one share for each zone, in order; they sum to 1 unless no zone has a healthy endpoint
 */
export function splitByZone(
  zones: readonly ZoneHealth[],
  local: string,
  factor: number,
  clientRatios: Readonly<Record<string, number>> | undefined,
): number[] {
  const healthy = zones.reduce((total, zone) => total + zone.healthy, 0);
  if (healthy === 0) return zones.map(() => 0);
  const endpointRatios = zones.map((zone) => zone.healthy / healthy);
  const localIndex = zones.findIndex((zone) => zone.zone === local);
  if (localIndex < 0 || zones[localIndex]?.healthy === 0) return endpointRatios;

  const localShare =
    clientRatios === undefined
      ? healthShare(zones[localIndex], factor)
      : clientShare(endpointRatios[localIndex] ?? 0, ratioOf(local, clientRatios));
  const capacities = zones.map((zone, index) => {
    if (index === localIndex) return 0;
    const ratio = endpointRatios[index] ?? 0;
    return clientRatios === undefined ? ratio : Math.max(0, ratio - ratioOf(zone.zone, clientRatios));
  });
  const total = capacities.reduce((sum, capacity) => sum + capacity, 0);
  if (total === 0) return zones.map((_, index) => (index === localIndex ? 1 : 0));
  return capacities.map((capacity, index) =>
    index === localIndex ? localShare : ((1 - localShare) * capacity) / total,
  );
}

/** Zones are named by registries: one may be called `constructor`. */
function ratioOf(zone: string, ratios: Readonly<Record<string, number>>): number {
  return Object.hasOwn(ratios, zone) ? (ratios[zone] ?? 0) : 0;
}

function healthShare(zone: ZoneHealth | undefined, factor: number): number {
  return zone === undefined || zone.known === 0 ? 0 : Math.min(1, (factor * zone.healthy) / zone.known);
}

function clientShare(endpointRatio: number, clientRatio: number): number {
  return clientRatio <= endpointRatio ? 1 : endpointRatio / clientRatio;
}
