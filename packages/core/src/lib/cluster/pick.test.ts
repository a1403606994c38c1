import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { Member } from './member.ts';
import { Pick, type PickOwner } from './pick.ts';

function owner(): PickOwner & { time: number; settledPicks: Pick[] } {
  const settledPicks: Pick[] = [];
  return {
    time: 0,
    settledPicks,
    now() {
      return this.time;
    },
    settled: (pick) => void settledPicks.push(pick),
  };
}

function setUp() {
  const boss = owner();
  const member = new Member(toEndpoint('10.0.0.1:80'), undefined);
  const begin = (): Pick => new Pick(boss, member, turnStrategy(), boss.now());
  return { boss, member, begin };
}

describe('Pick', () => {
  it('counts as in flight until done and as pending until the response', () => {
    const { boss, member, begin } = setUp();
    const pick = begin();
    expect([member.inFlight, member.pending]).toEqual([1, 1]);
    boss.time = 30;
    pick.responseStarted();
    expect([member.inFlight, member.pending]).toEqual([1, 0]);
    boss.time = 500;
    pick.done({ kind: 'success', statusCode: 200 });
    expect([member.inFlight, member.pending]).toEqual([0, 0]);
    expect(pick.latencyMs).toBe(30);
    expect(pick.at).toBe(500);
  });

  it('measures to the end when no response came', () => {
    const { boss, begin } = setUp();
    const pick = begin();
    boss.time = 70;
    pick.done({ kind: 'failure', error: new Error('reset') });
    expect(pick.latencyMs).toBe(70);
  });

  it('is done once, whatever is called later', () => {
    const { boss, member, begin } = setUp();
    const pick = begin();
    pick.done({ kind: 'failure' });
    pick.done({ kind: 'success' });
    pick.responseStarted();
    pick[Symbol.dispose]();
    expect(boss.settledPicks).toEqual([pick]);
    expect([member.failures, member.successes, member.cancelled]).toEqual([1, 0, 0]);
    expect([member.inFlight, member.pending]).toEqual([0, 0]);
  });

  it('cancels what a using block leaves open', () => {
    const { member, begin } = setUp();
    {
      using _pick = begin();
      expect(member.inFlight).toBe(1);
    }
    expect([member.inFlight, member.cancelled]).toEqual([0, 1]);
  });

  it('knows the oldest pick that waits for its response, in whatever order they are answered', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 60 }), (steps) => {
        const { boss, member, begin } = setUp();
        const waiting: Pick[] = [];
        for (const [start, choice] of steps) {
          boss.time++;
          if (start || waiting.length === 0) {
            waiting.push(begin());
          } else {
            const [pick] = waiting.splice(choice % waiting.length, 1);
            if (choice % 2 === 0) pick?.responseStarted();
            else pick?.done({ kind: 'cancelled' });
          }
          expect(member.pending).toBe(waiting.length);
          expect(member.oldestPendingAt).toBe(waiting[0]?.startedAt ?? Number.POSITIVE_INFINITY);
        }
      }),
    );
  });
});
