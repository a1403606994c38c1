import { checkKeys, type KnownKeys, type Random } from '@evenkeel/core';
import { toDistribution } from './distributions.ts';
import type { NetworkModel } from './network-model.ts';

/** How long one message takes from a client in one zone to an endpoint in another, or back, in ms. */
export type TravelTime = (from: string | undefined, to: string | undefined) => number;

const KEYS: KnownKeys<NetworkModel> = { oneWayMs: true, crossZoneMs: true };

/**
 * Makes the network.
 *
 * @throws InvalidOptionsError when a time is none, or an option unknown
 */
export function travelTime(network: NetworkModel, random: Random): TravelTime {
  checkKeys('network', network, KEYS);
  const near = toDistribution('network.oneWayMs', network.oneWayMs ?? 0);
  const far =
    network.crossZoneMs === undefined ? near : toDistribution('network.crossZoneMs', network.crossZoneMs);
  return (from, to) => (from !== undefined && to !== undefined && from !== to ? far : near)(random);
}
