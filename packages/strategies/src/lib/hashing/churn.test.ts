import type { Candidate } from '@evenkeel/core';
import { settle } from '@evenkeel/core/testing';
import { type FakeCandidate, fakeCandidate } from '@evenkeel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maglev } from '../maglev.ts';
import { rendezvous } from '../rendezvous.ts';
import { ringHash } from '../ring-hash.ts';
import type { HashStrategy } from './hash-strategy.ts';

/** One of each way to build; those named large are rebuilt in the background. */
const kinds: Readonly<Record<string, () => HashStrategy>> = {
  'a ring': () => ringHash(),
  'a ring of ketama': () => ringHash({ layout: 'ketama' }),
  'a ring of nginx': () => ringHash({ layout: 'nginx' }),
  'a ring of Envoy': () => ringHash({ layout: 'envoy' }),
  'a large ring of Envoy': () => ringHash({ layout: 'envoy', minRingSize: 100_000 }),
  'a Maglev table': () => maglev({ tableSize: 1_009 }),
  'a large Maglev table': () => maglev({ tableSize: 655_373 }),
  'rendezvous buckets': () => rendezvous({ buckets: 1_024 }),
  'many rendezvous buckets': () => rendezvous({ buckets: 65_536 }),
};

const keys = Array.from({ length: 500 }, (_, i) => `key-${i}`);

function candidate(index: number, weight = 1): FakeCandidate {
  return fakeCandidate(`10.0.0.${index}:80`, { weight });
}

function owners(strategy: HashStrategy): (string | undefined)[] {
  return keys.map((hashKey) => strategy.pick({ hashKey })?.endpoint.id);
}

/** More turns of the event loop than any build here takes. */
async function finishBuilds(): Promise<void> {
  for (let i = 0; i < 1_000; i += 1) await settle();
}

describe.each(Object.entries(kinds))('%s', (_, make) => {
  it('never picks who is no candidate, and ends as if made anew, whatever the updates', async () => {
    const step = fc.array(
      fc.record({ index: fc.integer({ min: 1, max: 12 }), weight: fc.constantFrom(1, 1, 1, 3) }),
      {
        maxLength: 10,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), fc.boolean(), async (steps, pause) => {
        const strategy = make();
        let list: readonly Candidate[] = [];
        for (const members of steps) {
          const unique = new Map(members.map(({ index, weight }) => [index, candidate(index, weight)]));
          list = [...unique.values()];
          strategy.update(list);
          for (const hashKey of keys.slice(0, 50)) {
            const picked = strategy.pick({ hashKey });
            if (list.length === 0) expect(picked).toBeUndefined();
            else expect(list).toContain(picked);
          }
          if (pause) await settle();
        }
        await finishBuilds();
        const fresh = make();
        fresh.update(list);
        expect(owners(strategy)).toEqual(owners(fresh));
      }),
      { numRuns: 5 },
    );
  });

  it('places keys by name alone, in whatever order candidates come', () => {
    const list = Array.from({ length: 7 }, (_, i) => candidate(i + 1, 1 + (i % 3)));
    const strategy = make();
    strategy.update(list);
    const reversed = make();
    reversed.update(list.toReversed());
    expect(owners(reversed)).toEqual(owners(strategy));
  });

  it('hands out the new object of an endpoint that is known already', () => {
    const strategy = make();
    strategy.update([candidate(1), candidate(2)]);
    const before = owners(strategy);
    const renewed = [candidate(1), candidate(2)];
    strategy.update(renewed);
    expect(owners(strategy)).toEqual(before);
    for (const hashKey of keys) expect(renewed).toContain(strategy.pick({ hashKey }));
  });

  it('spreads picks without a key', () => {
    const strategy = make();
    const list = [candidate(1), candidate(2), candidate(3)];
    strategy.update(list);
    const seen = new Set(Array.from({ length: 300 }, () => strategy.pick({})));
    expect(seen).toEqual(new Set<Candidate | undefined>(list));
  });

  it('gives a key the same second choice each time its owner is excluded', () => {
    const strategy = make();
    strategy.update(Array.from({ length: 6 }, (_, i) => candidate(i + 1)));
    const second = new Set<string>();
    for (const hashKey of keys) {
      const { id } = strategy.pick({ hashKey })!.endpoint;
      const next = strategy.pick({ hashKey, exclude: new Set([id]) })!;
      expect(next.endpoint.id).not.toBe(id);
      expect(strategy.pick({ hashKey, exclude: new Set([id]) })).toBe(next);
      if (id === '10.0.0.1:80') second.add(next.endpoint.id);
    }
    // The load of one endpoint does not fall on a single other one.
    expect(second.size).toBe(5);
  });

  it('asks every candidate in pickWhere before it gives up', () => {
    const strategy = make();
    const list = Array.from({ length: 20 }, (_, i) => candidate(i + 1));
    strategy.update(list);
    for (const wanted of list) {
      expect(strategy.pickWhere({ hashKey: 'a' }, (one) => one === wanted)).toBe(wanted);
    }
    const asked = new Set<Candidate>();
    const refuse = (one: Candidate): boolean => {
      asked.add(one);
      return false;
    };
    expect(strategy.pickWhere({ hashKey: 'a', exclude: new Set(['10.0.0.1:80']) }, refuse)).toBeUndefined();
    expect(asked).toEqual(new Set(list.slice(1)));
  });

  it('asks the owner of the key first in pickWhere', () => {
    const strategy = make();
    strategy.update(Array.from({ length: 6 }, (_, i) => candidate(i + 1)));
    for (const hashKey of keys) {
      expect(strategy.pickWhere({ hashKey }, () => true)).toBe(strategy.pick({ hashKey }));
    }
  });

  it('places endpoints by the name it is told to', () => {
    const named = make();
    const list = [
      fakeCandidate({ id: 'x', host: '10.0.0.1', port: 80 }),
      fakeCandidate({ id: 'y', host: '10.0.0.2', port: 80 }),
    ];
    named.update(list);
    const addressed = make();
    addressed.update([candidate(1), candidate(2)]);
    const idOf = { '10.0.0.1:80': 'x', '10.0.0.2:80': 'y' } as const;
    expect(owners(named)).toEqual(owners(addressed).map((id) => idOf[id as keyof typeof idOf]));
  });
});

describe('a strategy on keys', () => {
  it('refuses a key or a random that is no function', () => {
    expect(() => ringHash({ key: 'id' as never })).toThrow('key: got "id", expected a function');
    expect(() => maglev({ random: 1 as never })).toThrow('random: got 1, expected a function');
  });

  it('keeps nothing of the key before when a hash leaves the lower half alone', () => {
    const strategy = maglev({
      hash: (text, out) => {
        out[0] = text.length;
        if (text === 'other') out[1] = 0xdeadbeef;
      },
    });
    strategy.update(Array.from({ length: 50 }, (_, i) => candidate(i + 1)));
    const first = strategy.pick({ hashKey: 'a' });
    strategy.pick({ hashKey: 'other' });
    expect(strategy.pick({ hashKey: 'a' })).toBe(first);
  });

  it('places by the option key', () => {
    const byId = ringHash({ key: (endpoint) => endpoint.id });
    const byZone = ringHash({ key: (endpoint) => endpoint.zone ?? '' });
    const list = [
      fakeCandidate({ id: 'b', host: 'h', port: 1, zone: '10.0.0.1:80' }),
      fakeCandidate({ id: 'a', host: 'h', port: 1, zone: '10.0.0.2:80' }),
    ];
    byId.update(list);
    byZone.update(list);
    const plain = ringHash();
    plain.update([candidate(1), candidate(2)]);
    const idOf = { '10.0.0.1:80': 'b', '10.0.0.2:80': 'a' } as const;
    expect(owners(byZone)).toEqual(owners(plain).map((id) => idOf[id as keyof typeof idOf]));
    expect(owners(byId)).not.toEqual(owners(byZone));
  });

  it('gives the place of equal names to the smaller id', () => {
    const strategy = ringHash();
    const twins = ['b', 'a'].map((id) => fakeCandidate({ id, host: '10.0.0.1', port: 80 }));
    strategy.update(twins);
    expect(new Set(owners(strategy))).toEqual(new Set(['a']));
    expect(strategy.pick({ hashKey: 'k', exclude: new Set(['a']) })).toBe(twins[0]);
  });

  it('follows an endpoint that keeps its id and changes its address', () => {
    const moved = ringHash();
    moved.update([fakeCandidate({ id: 'x', host: '10.0.0.9', port: 80 }), candidate(2)]);
    moved.update([fakeCandidate({ id: 'x', host: '10.0.0.1', port: 80 }), candidate(2)]);
    const plain = ringHash();
    plain.update([candidate(1), candidate(2)]);
    expect(owners(moved)).toEqual(owners(plain).map((id) => (id === '10.0.0.1:80' ? 'x' : id)));
  });

  it('serves those that stay from the old table while the new one is built', async () => {
    const strategy = maglev({ tableSize: 655_373 });
    const list = Array.from({ length: 5 }, (_, i) => candidate(i + 1));
    strategy.update(list);
    const before = owners(strategy);
    strategy.update(list.slice(1));
    const meanwhile = owners(strategy);
    for (const [i, id] of meanwhile.entries()) {
      if (before[i] === '10.0.0.1:80') expect(id).not.toBe('10.0.0.1:80');
      else expect(id).toBe(before[i]);
    }
    await finishBuilds();
    expect(owners(strategy)).not.toEqual(meanwhile);
  });

  it('drops a build that was overtaken by a table made at once', async () => {
    const strategy = maglev({ tableSize: 655_373 });
    const list = Array.from({ length: 6 }, (_, i) => candidate(i + 1));
    strategy.update(list.slice(0, 3));
    strategy.update(list.slice(0, 4));
    strategy.update([]);
    strategy.update(list);
    const made = owners(strategy);
    await finishBuilds();
    expect(owners(strategy)).toEqual(made);
  });

  it('comes to an end although updates come faster than tables are built', async () => {
    const strategy = maglev({ tableSize: 655_373 });
    const list = Array.from({ length: 6 }, (_, i) => candidate(i + 1));
    strategy.update(list.slice(0, 3));
    for (let i = 0; i < 400; i += 1) {
      strategy.update(list.slice(i % 2, 5));
      await settle();
    }
    // An endpoint that came with the first of these updates gets keys before the last one.
    expect(owners(strategy)).toContain('10.0.0.5:80');
  });
});
