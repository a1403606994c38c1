import type { Strategy } from '@evenkeel/core';
import {
  failoverOrder,
  leastTime,
  random,
  reportedLoad,
  ringHash,
  roundRobin,
  smoothWeightedRoundRobin,
  weightedRandom,
} from '@evenkeel/strategies';
import { type StrategySubjectOptions, strategySubject } from '../strategy-subject.ts';
import type { Contest, Peer } from './contest.ts';
import type { loadbalancePeer } from './loadbalance.ts';
import type { MoleculerStrategy } from './moleculer.ts';

const KEYED = { keyed: true };
const WEIGHTED = { weighted: true };
// More than the keys of the benchmark, so that once warm every key is in the cache; and fewer, so that none ever is.
const ALL_KEYS = 5_000;
const NO_KEYS = 1;

/** Peers from the npm registry, each beside the strategy of ours that picks in the same way. */
export const CONTESTS: readonly Contest[] = [
  {
    ours: strategySubject('round-robin', roundRobin),
    peers: [
      grpc(
        'round_robin',
        'a picker within the picker, and a result object that the compiler leaves out where, as here, little of it is read',
      ),
      loadbalance('RoundRobinEngine', 'an index and a remainder; its pool never changes and excludes nobody'),
      moleculer('RoundRobin', {}, 'an index; excludes nobody'),
    ],
  },
  {
    ours: strategySubject('random', random),
    peers: [
      loadbalance('RandomEngine', 'draws from a Mersenne Twister'),
      moleculer('Random', {}, "draws with lodash's random"),
    ],
  },
  {
    ours: strategySubject('smooth-weighted-round-robin (weights 1–5)', smoothWeightedRoundRobin, WEIGHTED),
    peers: [
      loadbalance(
        'WeightedRoundRobinEngine',
        'keeps each endpoint as often as it weighs, side by side: the heaviest gets its turns in a row; whole weights only',
        WEIGHTED,
      ),
    ],
  },
  {
    ours: strategySubject('weighted-random (weights 1–5)', weightedRandom, WEIGHTED),
    peers: [
      loadbalance(
        'WeightedRandomEngine',
        'keeps each endpoint as often as it weighs, draws from a Mersenne Twister; whole weights only',
        WEIGHTED,
      ),
    ],
  },
  {
    ours: strategySubject('reported-load (reports in use)', () => reportedLoad({ blackoutMs: 0 })),
    peers: [
      grpc('weighted_round_robin', 'a heap of deadlines, new objects and a closure for each pick', {
        blackout_period: '0s',
      }),
      moleculer(
        'CpuUsage',
        {},
        'the least CPU of 3 samples, the first below 10 % at once: draws where ours shares exactly by weight',
      ),
    ],
  },
  {
    ours: strategySubject('least-time', leastTime),
    peers: [
      moleculer(
        'Latency',
        {},
        'pings alone, nothing in flight, no errors: of up to 5 samples the first below 10 ms, or the lowest',
      ),
    ],
  },
  {
    ours: strategySubject('failover-order', failoverOrder),
    peers: [grpc('pick_first', 'as round_robin, with nothing to choose; excludes nobody')],
  },
  {
    ours: strategySubject('ring-hash', ringHash, KEYED),
    peers: [
      moleculer(
        'Shard',
        { cacheSize: ALL_KEYS },
        'answers from its cache, then searches the list for the id',
      ),
      moleculer(
        'Shard',
        { cacheSize: NO_KEYS },
        'MD5, then a linear search of the ring, then one of the list',
      ),
    ],
  },
  {
    ours: strategySubject('ring-hash (ketama)', () => ringHash({ layout: 'ketama' }), KEYED),
    peers: [
      hashring(ALL_KEYS, 'answers from its cache: no hash, no ring'),
      hashring(NO_KEYS, 'MD5 of OpenSSL, then a binary search among objects, then its cache'),
    ],
  },
];

function grpc(policy: string, differs: string, config: object = {}): Peer {
  const make = async (): Promise<Strategy> => (await import('./grpc.ts')).grpcPeer(policy, config);
  return { subject: strategySubject(`grpc-js ${policy}`, make), differs };
}

function loadbalance(
  engine: Parameters<typeof loadbalancePeer>[0],
  differs: string,
  options: StrategySubjectOptions = {},
): Peer {
  const make = async (): Promise<Strategy> => (await import('./loadbalance.ts')).loadbalancePeer(engine);
  return { subject: strategySubject(`loadbalance ${engine}`, make, options), differs };
}

function moleculer(
  strategy: MoleculerStrategy,
  options: { readonly cacheSize?: number },
  differs: string,
): Peer {
  const make = async (): Promise<Strategy> =>
    (await import('./moleculer.ts')).moleculerPeer(strategy, { shardKey: 'hashKey', ...options });
  const { cacheSize } = options;
  const name = `moleculer ${strategy}${cacheSize === undefined ? '' : keysLabel(cacheSize)}`;
  return { subject: strategySubject(name, make, cacheSize === undefined ? {} : KEYED), differs };
}

function hashring(cachedKeys: number, differs: string): Peer {
  const make = async (): Promise<Strategy> => (await import('./hashring.ts')).hashringPeer(cachedKeys);
  return { subject: strategySubject(`hashring${keysLabel(cachedKeys)}`, make, KEYED), differs };
}

function keysLabel(cachedKeys: number): string {
  return cachedKeys === ALL_KEYS ? ' (cached keys)' : ' (new keys)';
}
