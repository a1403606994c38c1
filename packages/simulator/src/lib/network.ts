import type { Random } from '@evenkeel/core';
import { toDistribution } from './distributions.ts';
import type { NetworkModel } from './network-model.ts';

/** How long one message takes from a client in one zone to an endpoint in another, or back, in ms. */
export type TravelTime = (from: string | undefined, to: string | undefined) => number;

/**
 * Makes the network.
 *
 * @throws InvalidOptionsError when a time is none
 */
export function travelTime(network: NetworkModel, random: Random): TravelTime {
  const near = toDistribution('network.oneWayMs', network.oneWayMs ?? 0);
  const far =
    network.crossZoneMs === undefined ? near : toDistribution('network.crossZoneMs', network.crossZoneMs);
  return (from, to) => (from !== undefined && to !== undefined && from !== to ? far : near)(random);
}
