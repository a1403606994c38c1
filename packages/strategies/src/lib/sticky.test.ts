import {
  type Candidate,
  InvalidOptionsError,
  type Observation,
  type PickContext,
  type Strategy,
} from '@evenkeel/core';
import { manualClock } from '@evenkeel/core/testing';
import { type FakeCandidate, fakeCandidate, fakeObservation, testStrategy } from '@evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { ringHash } from './ring-hash.ts';
import { sticky, stickyToken } from './sticky.ts';

/** Picks in turns, whatever the key, and records what it is told. */
class Turns implements Strategy {
  readonly name = 'turns';
  readonly observed: Candidate[] = [];
  picks = 0;
  private list: readonly Candidate[] = [];

  update(candidates: readonly Candidate[]): void {
    this.list = candidates;
  }

  pick({ exclude }: PickContext): Candidate | undefined {
    const open = this.list.filter(({ endpoint }) => exclude?.has(endpoint.id) !== true);
    this.picks += 1;
    return open[(this.picks - 1) % open.length];
  }

  observe(candidate: Candidate, _observation: Observation): void {
    this.observed.push(candidate);
  }

  clone(): Strategy {
    return new Turns();
  }
}

function candidates(count: number): FakeCandidate[] {
  return Array.from({ length: count }, (_, i) => fakeCandidate(`10.0.0.${i + 1}:80`));
}

describe('sticky', () => {
  describe('with tokens', () => {
    testStrategy({
      test: it,
      make: ({ random, clock }) => sticky({ fallback: ringHash({ random }), clock }),
      hashing: true,
      toleranceRatio: 0.3,
    });
  });

  describe('that remembers keys', () => {
    testStrategy({
      test: it,
      make: ({ clock }) => sticky({ fallback: new Turns(), keys: 'remember', clock }),
      hashing: true,
      shares: 'equal',
    });
  });

  it('passes the time on to its fallback', () => {
    const times: unknown[] = [];
    const fallback: Strategy = {
      name: 'clockless',
      update: () => {},
      pick: (_context, now) => void times.push(now),
    };
    for (const keys of ['token', 'remember'] as const) {
      const strategy = sticky({ fallback, keys });
      strategy.pick({}, 7);
      strategy.pick({ hashKey: 'a' }, 8);
    }
    expect(times).toEqual([7, 8, 7, 8]);
  });

  it('leads each token to its endpoint', () => {
    for (const secret of [undefined, 's3cret']) {
      const strategy = sticky({ fallback: new Turns(), ...(secret === undefined ? {} : { secret }) });
      const list = candidates(5);
      strategy.update(list);
      for (const candidate of list) {
        const hashKey = strategy.tokenOf(candidate.endpoint);
        expect(hashKey).toBe(stickyToken(candidate.endpoint.id, secret));
        for (let i = 0; i < 3; i += 1) expect(strategy.pick({ hashKey })).toBe(candidate);
      }
    }
  });

  it('makes tokens that tell nothing of the address and depend on the secret', () => {
    const token = stickyToken('10.0.0.1:80');
    expect(token).toMatch(/^[0-9a-f]{16}$/);
    const signed = stickyToken('10.0.0.1:80', 'a');
    expect(signed).toMatch(/^[\w-]{22}$/);
    expect(signed).not.toBe(stickyToken('10.0.0.1:80', 'b'));
    expect(signed).not.toBe(stickyToken('10.0.0.2:80', 'a'));
  });

  it('does not take a token made without the secret', () => {
    const turns = new Turns();
    const strategy = sticky({ fallback: turns, secret: 'a' });
    strategy.update(candidates(3));
    strategy.pick({ hashKey: stickyToken('10.0.0.2:80') });
    expect(turns.picks).toBe(1);
  });

  it('asks the fallback for the token of one that left, and for keys that are no token', () => {
    const turns = new Turns();
    const strategy = sticky({ fallback: turns });
    const list = candidates(3);
    strategy.update(list);
    const hashKey = strategy.tokenOf(list[0]!.endpoint);
    strategy.update(list.slice(1));
    expect(strategy.pick({ hashKey })).toBe(list[1]);
    expect(strategy.pick({ hashKey: 'no token' })).toBe(list[2]);
    expect(strategy.pick({})).toBe(list[1]);
    expect(turns.picks).toBe(3);
    strategy.update(list);
    expect(strategy.pick({ hashKey })).toBe(list[0]);
  });

  it('asks the fallback while the endpoint of a token is excluded, and then returns to it', () => {
    const strategy = sticky({ fallback: new Turns() });
    const list = candidates(2);
    strategy.update(list);
    const hashKey = strategy.tokenOf(list[0]!.endpoint);
    expect(strategy.pick({ hashKey, exclude: new Set(['10.0.0.1:80']) })).toBe(list[1]);
    expect(strategy.pick({ hashKey })).toBe(list[0]);
  });

  it('remembers where a key went, until that endpoint is gone', () => {
    const strategy = sticky({ fallback: new Turns(), keys: 'remember' });
    const list = candidates(3);
    strategy.update(list);
    const homes = ['a', 'b', 'c'].map((hashKey) => strategy.pick({ hashKey }));
    expect(homes).toEqual(list);
    expect(['a', 'b', 'c'].map((hashKey) => strategy.pick({ hashKey }))).toEqual(homes);
    strategy.update(list.slice(1));
    expect(strategy.pick({ hashKey: 'b' })).toBe(list[1]);
    const moved = strategy.pick({ hashKey: 'a' });
    expect(moved).not.toBe(list[0]);
    // The session has moved: it stays where it is when its first home comes back.
    strategy.update(list);
    expect(strategy.pick({ hashKey: 'a' })).toBe(moved);
  });

  it('keeps the home of a key that was sent elsewhere for one try', () => {
    const strategy = sticky({ fallback: new Turns(), keys: 'remember' });
    const list = candidates(3);
    strategy.update(list);
    expect(strategy.pick({ hashKey: 'a' })).toBe(list[0]);
    expect(strategy.pick({ hashKey: 'a', exclude: new Set(['10.0.0.1:80']) })).not.toBe(list[0]);
    expect(strategy.pick({ hashKey: 'a' })).toBe(list[0]);
  });

  it('forgets a key that was not used for the time to live', () => {
    const clock = manualClock();
    const turns = new Turns();
    const strategy = sticky({ fallback: turns, keys: 'remember', ttlMs: 1_000, clock });
    strategy.update(candidates(2));
    strategy.pick({ hashKey: 'a' });
    for (let i = 0; i < 3; i += 1) {
      clock.advance(1_000);
      strategy.pick({ hashKey: 'a' });
    }
    expect(turns.picks).toBe(1);
    clock.advance(1_001);
    strategy.pick({ hashKey: 'a' });
    expect(turns.picks).toBe(2);
  });

  it('remembers no more keys than allowed, and forgets the one unused for longest', () => {
    const turns = new Turns();
    const strategy = sticky({ fallback: turns, keys: 'remember', maxKeys: 2 });
    strategy.update(candidates(3));
    for (const hashKey of ['a', 'b', 'a', 'c']) strategy.pick({ hashKey });
    expect(turns.picks).toBe(3);
    strategy.pick({ hashKey: 'a' });
    expect(turns.picks).toBe(3);
    strategy.pick({ hashKey: 'b' });
    expect(turns.picks).toBe(4);
  });

  it('tells the fallback of every result', () => {
    const turns = new Turns();
    const strategy = sticky({ fallback: turns });
    const [only] = candidates(1);
    strategy.update([only!]);
    strategy.observe?.(only!, fakeObservation());
    expect(turns.observed).toEqual([only]);
  });

  it('clones with a memory of its own, and only if the fallback can', () => {
    const strategy = sticky({ fallback: new Turns(), keys: 'remember' });
    const list = candidates(3);
    strategy.update(list);
    strategy.pick({ hashKey: 'x' });
    strategy.pick({ hashKey: 'a' });
    const twin = strategy.clone!();
    twin.update(list);
    expect(twin.pick({ hashKey: 'a' })).toBe(list[0]);
    expect(strategy.pick({ hashKey: 'a' })).toBe(list[1]);
    const plain: Strategy = { name: 'plain', update() {}, pick: () => undefined };
    expect(sticky({ fallback: plain }).clone).toBeUndefined();
  });

  it('refuses options out of range', () => {
    const fallback = new Turns();
    expect(() => sticky({} as { fallback: Strategy })).toThrow(
      'fallback: got undefined, expected a strategy',
    );
    expect(() => sticky({ fallback, keys: 'cookie' as 'token' })).toThrow(InvalidOptionsError);
    expect(() => sticky({ fallback, maxKeys: 0 })).toThrow(InvalidOptionsError);
    expect(() => sticky({ fallback, ttlMs: 0 })).toThrow(InvalidOptionsError);
    expect(() => sticky({ fallback, secret: '' })).toThrow(InvalidOptionsError);
  });
});
