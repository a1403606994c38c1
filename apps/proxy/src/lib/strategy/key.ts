import { boundedLoad, maglev, modHash, rendezvous, ringHash, sticky } from '@evenkeel/strategies';
import type * as z from 'zod';
import { choice, count, ms, number, object, text } from '../schema/fields.ts';
import { type StrategyConfig, strategyDriver } from './driver.ts';

const HASHES = ['xxhash64', 'murmur3', 'murmur2', 'fnv1a', 'crc32', 'md5'] as const;
const hash = choice('How keys are hashed.', HASHES).exactOptional();
const ringSize = { min: 1, max: 8_388_608 };

const hashDrivers = {
  'ring-hash': strategyDriver(
    object('Consistent hashing on a ring.', {
      layout: choice('Whose points to agree with. Default evenkeel.', [
        'evenkeel',
        'ketama',
        'nginx',
        'envoy',
        'envoyMurmur2',
      ]).exactOptional(),
      hash,
      pointsPerWeight: number('Default 160.', { min: 0.001, max: 65_536 }).exactOptional(),
      minRingSize: count('Default 1024.', ringSize).exactOptional(),
      maxRingSize: count('Default 8388608.', ringSize).exactOptional(),
    }),
    ringHash,
  ),
  maglev: strategyDriver(
    object('Maglev hashing.', {
      tableSize: count('A prime. Default 65537.', { min: 2 }).exactOptional(),
      hash,
    }),
    maglev,
  ),
  rendezvous: strategyDriver(
    object('Rendezvous hashing.', {
      buckets: count('A power of two. Default 65536.', { min: 2 }).exactOptional(),
      hash,
    }),
    rendezvous,
  ),
};

const bases = Object.keys(hashDrivers) as (keyof typeof hashDrivers)[];

/** Strategies that send equal keys to the same endpoint; `strategy` is the schema of any strategy. */
export const keyDrivers = (strategy: z.ZodType<StrategyConfig>) => ({
  ...hashDrivers,
  'mod-hash': strategyDriver(
    object('A hash modulo the weights, as nginx without consistent.', {
      hash: choice('crc32 as hash, ip as ip_hash. Default crc32.', ['crc32', 'ip']).exactOptional(),
    }),
    modHash,
  ),
  'bounded-load': strategyDriver(
    object('Consistent hashing with a bound on load.', {
      epsilon: number('How far above its share an endpoint may get. Default 0.25.', {
        min: 0.001,
        max: 1_000,
      }).exactOptional(),
      minInFlight: count('Default 1.', { min: 1 }).exactOptional(),
      base: choice('Who owns a key. Default ring-hash.', bases).exactOptional(),
    }),
    ({ base = 'ring-hash', ...options }) => boundedLoad({ ...options, base: baseStrategy(base) }),
  ),
  sticky: strategyDriver(
    object('Sends a key where it went before.', {
      fallback: strategy.exactOptional(),
      keys: choice('Default token.', ['token', 'remember']).exactOptional(),
      maxKeys: count('Default 10000.', { min: 1 }).exactOptional(),
      ttlMs: ms('Default 1800000.', { min: 1 }).exactOptional(),
      secret: text('Makes tokens that nobody can forge.').exactOptional(),
    }),
    ({ fallback = 'peak-ewma', ...options }, nested) => sticky({ ...options, fallback: nested(fallback) }),
  ),
});

function baseStrategy(name: keyof typeof hashDrivers) {
  switch (name) {
    case 'ring-hash':
      return ringHash();
    case 'maglev':
      return maglev();
    case 'rendezvous':
      return rendezvous();
  }
}
