import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { finishBuild } from './background-build.ts';
import { envoyLayout, envoyMurmur2Layout } from './layout-envoy.ts';
import { ketamaLayout } from './layout-ketama.ts';
import { nginxLayout } from './layout-nginx.ts';
import type { Ring } from './ring.ts';
import { ringBuilder } from './ring-builder.ts';
import type { RingBounds, RingLayout } from './ring-layout.ts';

type Weights = Readonly<Record<string, number>>;

const NO_BOUNDS: RingBounds = { minRingSize: 1_024, maxRingSize: 8_388_608 };
const MAX_UINT64 = 2n ** 64n - 1n;
const out = new Uint32Array(2);

function ringOf(layout: RingLayout, weights: Weights, bounds: Partial<RingBounds> = {}): Ring {
  const placements = Object.entries(weights).map(([key, weight]) => ({
    member: { id: key, candidate: undefined, rank: 0 },
    key,
    weight,
  }));
  return finishBuild(ringBuilder(layout, { ...NO_BOUNDS, ...bounds }).build(placements, undefined))!;
}

function equal(...keys: readonly string[]): Weights {
  return Object.fromEntries(keys.map((key) => [key, 1]));
}

function ownerAt(ring: Ring, slot: number): string {
  return ring.placements[ring.ownerOf(slot)]!.key;
}

function ownerOfHash(ring: Ring, hash: bigint): string {
  out[0] = Number(hash >> 32n);
  out[1] = Number(hash & 0xffffffffn);
  return ownerAt(ring, ring.locate(out));
}

function ownerOfKey(ring: Ring, layout: RingLayout, key: string): string {
  layout.hash(key, out);
  return ownerAt(ring, ring.locate(out));
}

/** The point that a slot stands for, and its owner. */
function pointsOf(ring: Ring): [bigint, string][] {
  return Array.from({ length: ring.size }, (_, slot) => [
    (BigInt(ring.points.places[2 * slot]!) << 32n) | BigInt(ring.points.low[slot] ?? 0),
    ownerAt(ring, slot),
  ]);
}

describe('the layout of libketama', () => {
  const servers: Weights = {
    '10.0.1.1:11211': 600,
    '10.0.1.2:11211': 300,
    '10.0.1.3:11211': 200,
    '10.0.1.4:11211': 350,
    '10.0.1.5:11211': 1_000,
    '10.0.1.6:11211': 800,
    '10.0.1.7:11211': 950,
    '10.0.1.8:11211': 100,
  };

  it('answers a million keys as ketama_test.c does, by the MD5 that libketama publishes', () => {
    const ring = ringOf(ketamaLayout, servers);
    const printed = createHash('md5').update('\n');
    const hits = new Map<string, number>();
    let lines = '';
    for (let i = 0; i < 1_000_000; i += 1) {
      ketamaLayout.hash(String(i), out);
      const slot = ring.locate(out);
      const owner = ownerAt(ring, slot);
      hits.set(owner, (hits.get(owner) ?? 0) + 1);
      lines += `${out[0]} ${ring.points.places[2 * slot]} ${owner}\n`;
      if (lines.length > 100_000) {
        printed.update(lines);
        lines = '';
      }
    }
    expect(printed.update(lines).digest('hex')).toBe('5672b131391f5aa2b280936aec1eea74');
    const off = Object.entries(servers).map(([key, weight]) =>
      Math.abs(hits.get(key)! / 1e6 - weight / 4_300),
    );
    expect(off.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.1);
  });

  it('has 160 points for each endpoint when weights are equal', () => {
    expect([...ringOf(ketamaLayout, equal('a:1', 'b:1', 'c:1')).counts]).toEqual([160, 160, 160]);
  });
});

describe('the layout of nginx and Pingora', () => {
  const two = equal('127.0.0.1:7777', '127.0.0.1:7778');

  it('answers as nginx 1.22 does, for the keys 1 to 20 and three weightings', () => {
    const keys = Array.from({ length: 20 }, (_, i) => String(i + 1));
    const answers = (weights: Weights): string =>
      keys
        .map((key) => Number(ownerOfKey(ringOf(nginxLayout, weights), nginxLayout, key).slice(-1)))
        .join('');
    expect(answers({ '127.0.0.1:8081': 1, '127.0.0.1:8082': 1, '127.0.0.1:8083': 1 })).toBe(
      '13131312121121223112',
    );
    expect(answers({ '127.0.0.1:8081': 1, '127.0.0.1:8082': 1, '127.0.0.1:8083': 10 }).slice(0, 11)).toBe(
      '33333332333',
    );
  });

  it('answers as the tests of Pingora say', () => {
    const ring = ringOf(nginxLayout, two);
    const answers = {
      '/some/path': '127.0.0.1:7778',
      '/some/longer/path': '127.0.0.1:7777',
      '/sad/zaidoon': '127.0.0.1:7778',
      '/g': '127.0.0.1:7777',
      '/pingora/team/is/cool/and/this/is/a/long/uri': '127.0.0.1:7778',
      '/i/am/not/confident/in/this/code': '127.0.0.1:7777',
    };
    for (const [key, owner] of Object.entries(answers))
      expect(ownerOfKey(ring, nginxLayout, key)).toBe(owner);
  });

  it('answers as a recorded nginx does with nine servers of weight 100', () => {
    const servers = Array.from({ length: 9 }, (_, i) => `10.0.0.${i + 1}:443`);
    const ring = ringOf(nginxLayout, Object.fromEntries(servers.map((key) => [key, 100])));
    const rows = readFileSync(new URL('./testdata/nginx-consistent.csv', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    expect(rows).toHaveLength(40);
    for (const row of rows) {
      const [key, owner] = row.split(',');
      expect(ownerOfKey(ring, nginxLayout, key!)).toBe(owner);
    }
  });

  it('goes on around the ring in the order of Pingora', () => {
    const walk = (weights: Weights, key: string, steps: number): string[] => {
      const ring = ringOf(nginxLayout, weights);
      nginxLayout.hash(key, out);
      let slot = ring.locate(out);
      return Array.from({ length: steps }, () => {
        const owner = ownerAt(ring, slot);
        slot = ring.next(out, slot);
        return owner.slice(-4);
      });
    };
    const three = { ...two, '127.0.0.1:7779': 1 };
    expect(walk(three, 'doghash', 8).join(' ')).toBe('7778 7779 7779 7777 7777 7778 7778 7779');
    expect(walk(equal('127.0.0.1:7777', '127.0.0.1:7779'), 'doghash', 5).join(' ')).toBe(
      '7779 7779 7777 7777 7779',
    );
    // Pingora writes IPv6 without brackets.
    const v6 = equal('::1:7777', '::1:7778', '::1:7779');
    expect(walk(v6, 'doghash', 7).join(' ')).toBe('7777 7778 7777 7778 7778 7777 7779');
  });

  it('keeps keys where they are when an endpoint comes', () => {
    const servers = Array.from({ length: 11 }, (_, i) => `127.0.0.${i + 1}:6443`);
    for (const count of [10, 11]) {
      const ring = ringOf(nginxLayout, equal(...servers.slice(0, count)));
      expect(ownerOfKey(ring, nginxLayout, 'a')).toBe('127.0.0.10:6443');
      expect(ownerOfKey(ring, nginxLayout, 'b')).toBe('127.0.0.5:6443');
    }
  });

  it('hashes a name without a port as host alone', () => {
    const ring = ringOf(nginxLayout, equal('unix:/run/a.sock'));
    nginxLayout.hash('unix:/run/a.sock\0\0\0\0\0', out);
    expect(pointsOf(ring).some(([place]) => place === BigInt(out[0]!) << 32n)).toBe(true);
  });

  it('scales all endpoints down alike when the ring would be larger than allowed', () => {
    const ring = ringOf(nginxLayout, { 'a:1': 10, 'b:1': 20 }, { maxRingSize: 2_000 });
    expect([...ring.counts]).toEqual([400, 800]);
  });
});

describe('the layout of Envoy', () => {
  const local = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `127.0.0.1:${from + i}`);
  const hits = (ring: Ring, keys: bigint): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (let i = 0n; i < keys; i += 1n) {
      const owner = ownerOfHash(ring, i * (MAX_UINT64 / keys));
      counts[owner.slice(-2)] = (counts[owner.slice(-2)] ?? 0) + 1;
    }
    return counts;
  };

  it('has the points of the test Basic', () => {
    const ring = ringOf(envoyLayout, equal(...local(90, 6)), { minRingSize: 12 });
    expect(pointsOf(ring)).toEqual([
      [833437586790550860n, '127.0.0.1:94'],
      [928266305478181108n, '127.0.0.1:92'],
      [1033482794131418490n, '127.0.0.1:90'],
      [3551244743356806947n, '127.0.0.1:95'],
      [3851675632748031481n, '127.0.0.1:93'],
      [5583722120771150861n, '127.0.0.1:91'],
      [6311230543546372928n, '127.0.0.1:91'],
      [7700377290971790572n, '127.0.0.1:93'],
      [13144177310400110813n, '127.0.0.1:95'],
      [13444792449719432967n, '127.0.0.1:92'],
      [15516499411664133160n, '127.0.0.1:94'],
      [16117243373044804889n, '127.0.0.1:90'],
    ]);
    expect(ownerOfHash(ring, 0n)).toBe('127.0.0.1:94');
    expect(ownerOfHash(ring, MAX_UINT64)).toBe('127.0.0.1:94');
    expect(ownerOfHash(ring, 3551244743356806947n)).toBe('127.0.0.1:95');
    expect(ownerOfHash(ring, 3551244743356806948n)).toBe('127.0.0.1:93');
    expect(ownerOfHash(ring, 16117243373044804880n)).toBe('127.0.0.1:90');
  });

  it('has the points of the test BasicWithMurmur2', () => {
    const ring = ringOf(envoyMurmur2Layout, equal(...local(80, 6)), { minRingSize: 12 });
    expect(pointsOf(ring)).toEqual([
      [1358027074129602068n, '127.0.0.1:85'],
      [4361834613929391114n, '127.0.0.1:83'],
      [7224494972555149682n, '127.0.0.1:84'],
      [7701421856454313576n, '127.0.0.1:81'],
      [8649315368077433379n, '127.0.0.1:82'],
      [8739448859063030639n, '127.0.0.1:84'],
      [9887544217113020895n, '127.0.0.1:81'],
      [10150910876324007731n, '127.0.0.1:82'],
      [15168472011420622455n, '127.0.0.1:83'],
      [15427156902705414897n, '127.0.0.1:80'],
      [16375050414328759093n, '127.0.0.1:85'],
      [17613279263364193813n, '127.0.0.1:80'],
    ]);
    expect(ownerOfHash(ring, 1358027074129602068n)).toBe('127.0.0.1:85');
    expect(ownerOfHash(ring, 1358027074129602069n)).toBe('127.0.0.1:83');
  });

  it('has the points of the test BasicWithHostname', () => {
    const ring = ringOf(envoyLayout, equal('90', '91', '92', '93', '94', '95'), { minRingSize: 12 });
    expect(ownerOfHash(ring, 0n)).toBe('95');
    expect(ownerOfHash(ring, 7225015537174310577n)).toBe('92');
    expect(ownerOfHash(ring, 6803900775736438537n)).toBe('93');
  });

  it('has the points of the test UnevenHosts, which rounds up to whole points', () => {
    const bounds = { minRingSize: 3 };
    expect(pointsOf(ringOf(envoyLayout, equal(...local(80, 2)), bounds))).toEqual([
      [5454692015285649509n, '127.0.0.1:80'],
      [7859399908942313493n, '127.0.0.1:81'],
      [13838424394637650569n, '127.0.0.1:80'],
      [16064866803292627174n, '127.0.0.1:81'],
    ]);
    expect(pointsOf(ringOf(envoyLayout, equal(...local(81, 2)), bounds)).map(([place]) => place)).toEqual([
      7859399908942313493n,
      8241336090459785962n,
      12882406409176325258n,
      16064866803292627174n,
    ]);
  });

  it('has the points of the test HostWeightedTinyRing', () => {
    const weights = { '127.0.0.1:90': 1, '127.0.0.1:91': 2, '127.0.0.1:92': 3 };
    expect(pointsOf(ringOf(envoyLayout, weights, { minRingSize: 6, maxRingSize: 6 }))).toEqual([
      [928266305478181108n, '127.0.0.1:92'],
      [4443673547860492590n, '127.0.0.1:92'],
      [5583722120771150861n, '127.0.0.1:91'],
      [6311230543546372928n, '127.0.0.1:91'],
      [13444792449719432967n, '127.0.0.1:92'],
      [16117243373044804889n, '127.0.0.1:90'],
    ]);
  });

  it('gets the hits of the test HostWeightedLargeRing', () => {
    const weights = { '127.0.0.1:90': 1, '127.0.0.1:91': 2, '127.0.0.1:92': 3 };
    const ring = ringOf(envoyLayout, weights, { minRingSize: 6_144 });
    expect([...ring.counts]).toEqual([1_024, 2_048, 3_072]);
    expect(hits(ring, 6_000n)).toEqual({ 90: 987, 91: 1_932, 92: 3_081 });
  });

  it('gets the hits of the test HostAndLocalityWeightedLargeRing, localities multiplied out', () => {
    const weights = { '127.0.0.1:90': 1, '127.0.0.1:91': 2, '127.0.0.1:92': 2, '127.0.0.1:93': 4 };
    const ring = ringOf(envoyLayout, weights, { minRingSize: 9_216 });
    expect(hits(ring, 9_000n)).toEqual({ 90: 924, 91: 2_009, 92: 2_053, 93: 4_014 });
  });

  it('gets the points and hits of the tests with fractional scale', () => {
    const odd = ringOf(envoyLayout, equal(...local(90, 2)), { minRingSize: 1_023, maxRingSize: 1_023 });
    expect([...odd.counts].sort()).toEqual([511, 512]);
    expect(hits(odd, 1_023n)).toEqual({ 90: 526, 91: 497 });
    const tiny = ringOf(envoyLayout, equal(...local(90, 4)), { minRingSize: 2, maxRingSize: 2 });
    expect([...tiny.counts].sort()).toEqual([0, 0, 1, 1]);
  });
});
