import { choiceOption, InvalidOptionsError, numberOption } from '@evenkeel/core';
import { type HashFunction, type HashName, hashOption } from './hashing/hash-function.ts';
import type { HashStrategy } from './hashing/hash-strategy.ts';
import { type KeyStrategyOptions, keyStrategy } from './hashing/key-strategy.ts';
import { envoyLayout, envoyMurmur2Layout } from './hashing/layout-envoy.ts';
import { evenkeelLayout } from './hashing/layout-evenkeel.ts';
import { ketamaLayout } from './hashing/layout-ketama.ts';
import { nginxLayout } from './hashing/layout-nginx.ts';
import { ringBuilder } from './hashing/ring-builder.ts';
import type { RingLayout } from './hashing/ring-layout.ts';

const LAYOUTS = ['evenkeel', 'ketama', 'nginx', 'envoy', 'envoyMurmur2'] as const;

/** Options of {@link ringHash}. */
export interface RingHashOptions extends KeyStrategyOptions {
  /**
   * Where points lie and how keys are hashed. `evenkeel`: 160 points per unit of weight, MurmurHash3 for keys; fastest, and points
   * never depend on the other endpoints. The others agree with what they are named after: `ketama` (libketama), `nginx`
   * (`hash … consistent`, Pingora), `envoy` (`RING_HASH`, gRPC's `ring_hash_experimental`), `envoyMurmur2`. @default 'evenkeel'
   */
  readonly layout?: 'evenkeel' | 'ketama' | 'nginx' | 'envoy' | 'envoyMurmur2';
  /** How the keys of requests are hashed. @default the hash of the layout */
  readonly hash?: HashName | HashFunction;
  /** Points for each unit of weight in the layout `evenkeel`; fewer suit weights far above 1. @default 160 */
  readonly pointsPerWeight?: number;
  /** Points of the whole ring at least; only the Envoy layouts have such a bound. @default 1,024 */
  readonly minRingSize?: number;
  /**
   * Points of the whole ring at most, in all layouts but `ketama`. Where it cuts, `nginx` no longer agrees with nginx.
   *
   * @default 8,388,608; 2,097,152 in the layout `evenkeel`
   */
  readonly maxRingSize?: number;
}

/**
 * Consistent hashing on a ring: a key belongs to the endpoint with the next point clockwise, and goes on to the one after it
 * while that is excluded. An endpoint that leaves moves its own keys only (Karger et al., 1997). Picks cost O(1)
 * on average, O(log points) at worst. Large rings are rebuilt in slices while the old one serves.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function ringHash(options: RingHashOptions = {}): HashStrategy {
  const layoutName = choiceOption('layout', options.layout, 'evenkeel', LAYOUTS);
  const layout = makeLayout(
    layoutName,
    numberOption('pointsPerWeight', options.pointsPerWeight, 160, { min: 0.001, max: 65_536 }),
  );
  const size = { min: 1, max: 8_388_608, integer: true };
  const minRingSize = numberOption('minRingSize', options.minRingSize, 1_024, size);
  const largest = layoutName === 'evenkeel' ? 2_097_152 : size.max;
  const maxRingSize = numberOption('maxRingSize', options.maxRingSize, largest, size);
  if (layoutName.startsWith('envoy') && minRingSize > maxRingSize) {
    throw new InvalidOptionsError('minRingSize', minRingSize, `at most maxRingSize, ${maxRingSize}`);
  }
  return keyStrategy({
    ...options,
    name: 'ring-hash',
    hash: hashOption('hash', options.hash, layout.hash),
    builder: ringBuilder(layout, { minRingSize, maxRingSize }),
  });
}

function makeLayout(name: (typeof LAYOUTS)[number], points: number): RingLayout {
  switch (name) {
    case 'evenkeel':
      return evenkeelLayout(points);
    case 'ketama':
      return ketamaLayout;
    case 'nginx':
      return nginxLayout;
    case 'envoy':
      return envoyLayout;
    case 'envoyMurmur2':
      return envoyMurmur2Layout;
  }
}
