import type { Strategy } from '@evenkeel/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../../lib/cli/settings.ts';
import { type BenchCandidate, benchCandidates } from '../bench-candidate.ts';
import { picks } from '../benchmark.ts';
import { startMeasurement } from '../measure.ts';
import { subjectByName } from '../subjects.ts';
import { grpcPeer } from './grpc.ts';
import { hashringPeer } from './hashring.ts';
import { loadbalancePeer } from './loadbalance.ts';
import { PEER_NAMES } from './measure-contests.ts';
import { moleculerPeer } from './moleculer.ts';

let candidates: readonly BenchCandidate[];
beforeEach(() => {
  candidates = benchCandidates(4, true);
});

/** How often each endpoint was picked. */
function counts(strategy: Strategy, keys: readonly (string | undefined)[]): readonly number[] {
  const picked = new Map<unknown, number>();
  for (const hashKey of keys) {
    const candidate = strategy.pick(hashKey === undefined ? {} : { hashKey }, 0);
    picked.set(candidate, (picked.get(candidate) ?? 0) + 1);
  }
  return candidates.map((candidate) => picked.get(candidate) ?? 0);
}

const times = (count: number): undefined[] => Array.from({ length: count }, () => undefined);
const keys = Array.from({ length: 400 }, (_, index) => `key-${index}`);

function report(strategy: Strategy, utilizations: readonly number[]): void {
  for (const [index, utilization] of utilizations.entries()) {
    const loadReport = { rps: 100, applicationUtilization: utilization, cpuUtilization: utilization };
    const latencyMs = 100 * utilization;
    strategy.observe?.(candidates[index]!, { kind: 'success', latencyMs, at: 0, loadReport });
  }
}

describe('the pickers of grpc-js', () => {
  it('round_robin gives each endpoint its turn', () => {
    const peer = grpcPeer('round_robin');
    peer.update(candidates);
    expect(counts(peer, times(40))).toEqual([10, 10, 10, 10]);
  });

  it('pick_first stays with one endpoint', () => {
    const peer = grpcPeer('pick_first');
    peer.update(candidates);
    expect(counts(peer, times(40))).toEqual([40, 0, 0, 0]);
  });

  it('weighted_round_robin follows the reports it was given, from the next update on', () => {
    const peer = grpcPeer('weighted_round_robin', { blackout_period: '0s' });
    peer.update(candidates);
    expect(counts(peer, times(40))).toEqual([10, 10, 10, 10]);
    report(peer, [0.8, 0.8, 0.8, 0.1]);
    peer.update(candidates);
    const [, , , idle] = counts(peer, times(110));
    expect(idle).toBeGreaterThanOrEqual(79);
    expect(idle).toBeLessThanOrEqual(81);
  });
});

describe('the strategies of moleculer', () => {
  it.each(['RoundRobin', 'Random'] as const)('%s uses every endpoint', (name) => {
    const peer = moleculerPeer(name);
    peer.update(candidates);
    expect(Math.min(...counts(peer, times(400)))).toBeGreaterThan(50);
  });

  it('CpuUsage avoids the endpoint with the most CPU in use', () => {
    const peer = moleculerPeer('CpuUsage');
    peer.update(candidates);
    report(peer, [0.2, 0.5, 0.5, 0.9]);
    const [idle = 0, , , busy = 0] = counts(peer, times(400));
    expect(idle).toBeGreaterThan(busy * 2);
  });

  it('Latency takes the endpoint that answers pings fastest', () => {
    const peer = moleculerPeer('Latency');
    peer.update(candidates);
    report(peer, [0.4, 0.2, 0.5, 0.9]);
    expect(counts(peer, times(40))).toEqual([0, 40, 0, 0]);
  });

  it('Shard gives a key to one endpoint, whether it is in its cache or not', () => {
    const cached = moleculerPeer('Shard', { shardKey: 'hashKey', cacheSize: 5_000 });
    const forgetful = moleculerPeer('Shard', { shardKey: 'hashKey', cacheSize: 1 });
    cached.update(candidates);
    forgetful.update(candidates);
    const first = counts(cached, keys);
    expect(Math.min(...first)).toBeGreaterThan(50);
    expect(counts(cached, keys)).toEqual(first);
    expect(counts(forgetful, keys)).toEqual(first);
  });
});

describe('the engines of loadbalance', () => {
  it.each([
    ['RoundRobinEngine', [25, 25, 25, 25]],
    ['WeightedRoundRobinEngine', [10, 20, 30, 40]],
  ] as const)('%s shares exactly', (name, shares) => {
    const peer = loadbalancePeer(name);
    peer.update(candidates);
    expect(counts(peer, times(100))).toEqual(shares);
  });

  it.each(['RandomEngine', 'WeightedRandomEngine'] as const)('%s uses every endpoint', (name) => {
    const peer = loadbalancePeer(name);
    peer.update(candidates);
    expect(Math.min(...counts(peer, times(1_000)))).toBeGreaterThan(50);
  });
});

it('hashring gives a key to one endpoint, whether it is in its cache or not', () => {
  const cached = hashringPeer(5_000);
  const forgetful = hashringPeer(1);
  cached.update(candidates);
  forgetful.update(candidates);
  const first = counts(cached, keys);
  expect(Math.min(...first)).toBeGreaterThan(50);
  expect(counts(cached, keys)).toEqual(first);
  expect(counts(forgetful, keys)).toEqual(first);
});

describe('peers beside ours', () => {
  it.each(PEER_NAMES)('measures %s', async (name) => {
    const { round } = await startMeasurement(subjectByName(name), 3, 1);
    expect(await round()).toBeLessThan(1e6);
  });

  it('gives each peer a row with a ratio, and says what it does differently', async () => {
    const given = { subjects: 'hashring (new keys),moleculer RoundRobin', endpoints: '3' };
    const { tables, targets, notes } = await picks.run(settingsOf(picks, given, true, () => {}));
    expect(tables).toHaveLength(1);
    const rows = tables[0]!.rows.map(([peer, , , ours]) => [peer, ours]);
    expect(rows).toEqual([
      ['moleculer RoundRobin', 'round-robin'],
      ['hashring (new keys)', 'ring-hash (ketama)'],
    ]);
    for (const row of tables[0]!.rows) expect(row[6]).toBeGreaterThan(0);
    expect(targets).toEqual([]);
    expect(notes.some((note) => note.startsWith('hashring (new keys): '))).toBe(true);
  });
});
