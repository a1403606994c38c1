import {
  type Clock,
  checkKeys,
  type Discovery,
  type KnownKeys,
  numberOption,
  type Random,
  systemClock,
} from '@evenkeel/core';
import { discoveryFailure } from '@evenkeel/core/driver';
import { openClient } from './client.ts';
import { CONNECTION_KEYS, type EtcdConnectionOptions, etcdPlace } from './connection-options.ts';
import { type EtcdKeyOptions, serviceKeys } from './keys.ts';
import { createRotation } from './rotation.ts';
import { watchService } from './watch-service.ts';

/** Which service is watched, and where. */
export interface EtcdDiscoveryOptions extends EtcdConnectionOptions, EtcdKeyOptions {
  /**
   * How often etcd is asked whether it is there and the watch missed nothing, in ms. @default 5_000
   */
  readonly pingMs?: number;
  /** How long connecting and each answer may take together, in ms. @default 2_000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

const KEYS: KnownKeys<EtcdDiscoveryOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  prefix: true,
  pingMs: true,
  timeoutMs: true,
  clock: true,
  random: true,
};

/**
 * A discovery of endpoints that registered themselves in etcd (3.4 and later) with `etcdRegistrar`, or by
 * gRPC naming.
 *
 * A watch lists all, follows the stream of changes from there, and asks now and then whether it missed any.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range; a watch throws DiscoveryError
 */
export function etcdDiscovery(options: EtcdDiscoveryOptions): Discovery {
  checkKeys('', options, KEYS);
  const place = etcdPlace(options);
  const keys = serviceKeys(options);
  const { clock = systemClock, random = Math.random } = options;
  const pingMs = numberOption('pingMs', options.pingMs, 5_000, { min: 10 });
  const timeoutMs = numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1 });
  const rotation = createRotation(place.origins, random);

  return {
    watch({ signal, onEvent }) {
      const client = openClient({ place, rotation, clock, timeoutMs });
      return watchService({
        client,
        keys,
        clock,
        pingMs,
        signal,
        onProblem: (message) => onEvent?.({ type: 'snapshotRejected', message }),
        onFailure: (error, endpoint) =>
          discoveryFailure(`etcd ${endpoint}, service "${options.service}"`, error),
      });
    },
  };
}
