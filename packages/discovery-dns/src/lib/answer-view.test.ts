import { type Snapshot, toEndpoint } from '@evenkeel/core';
import { describe, expect, it } from 'vitest';
import { answerView } from './answer-view.ts';
import { DnsError } from './dns-error.ts';
import type { Answer } from './resolve/answer.ts';

const found = (...hosts: readonly string[]): Answer => ({
  endpoints: hosts.map((host) => toEndpoint({ host, port: 80 })),
  ttl: 5,
  problems: [],
});
const NOBODY: Answer = { endpoints: [], ttl: 5, negative: new DnsError('noName', 'gone'), problems: [] };

function setUp(settings: Partial<Parameters<typeof answerView>[0]> = {}) {
  const view = answerView({ emptyHoldMs: 30_000, obsoleteHoldMs: undefined, logical: false, ...settings });
  const take = (answer: Answer, now: number, refreshMs = 5_000) => show(view.take(answer, now, refreshMs));
  return { view, take };
}

/** `a b` for endpoints, `~` before stale ones, `-c` for each that deregistered. */
function show(snapshot: Snapshot | undefined): string | undefined {
  if (snapshot === undefined) return undefined;
  const { endpoints, stale, deregistered = [] } = snapshot;
  const gone = deregistered.map((id) => `-${id.replace(':80', '')}`);
  return [...(stale === true ? ['~'] : []), ...endpoints.map(({ host }) => host), ...gone].join(' ');
}

describe('answerView', () => {
  it('shows changes only, whatever the order of the records', () => {
    const { take } = setUp();
    expect(take(found('b', 'a'), 0)).toBe('a b');
    expect(take(found('a', 'b'), 5)).toBeUndefined();
    expect(take(found('b', 'a', 'c'), 10)).toBe('a b c');
    expect(take(found('c'), 15)).toBe('c');
  });

  it('shows a change of weight', () => {
    const { view, take } = setUp();
    take(found('a'), 0);
    const heavier = { ...found('a'), endpoints: [toEndpoint({ host: 'a', port: 80, weight: 7 })] };
    expect(view.take(heavier, 5, 5)?.endpoints).toMatchObject([{ weight: 7 }]);
  });

  it('says at once that there is nobody when there never was, and at each refresh', () => {
    const { view, take } = setUp();
    expect([take(NOBODY, 0), take(NOBODY, 5), view.holding]).toEqual(['', '', false]);
    expect(take(found('a'), 10)).toBe('a');
  });

  it('does not believe at once that all are gone', () => {
    const { view, take } = setUp();
    take(found('a', 'b'), 0);
    expect([take(NOBODY, 5_000), view.holding]).toEqual(['~ a b', true]);
    expect(take(NOBODY, 10_000)).toBeUndefined();
    expect(take(NOBODY, 34_999)).toBeUndefined();
    expect([take(NOBODY, 35_000), view.holding]).toEqual(['-a -b', false]);
    expect(take(NOBODY, 40_000)).toBe('');
  });

  it('ends the hold with the first endpoint, and counts the next one from its own start', () => {
    const { view, take } = setUp();
    take(found('a', 'b'), 0);
    take(NOBODY, 5_000);
    expect([take(found('a'), 20_000), view.holding]).toEqual(['a', false]);
    expect(take(NOBODY, 25_000)).toBe('~ a');
    expect(take(NOBODY, 50_000)).toBeUndefined();
    expect(take(found('a'), 54_000)).toBe('a');
  });

  it('believes at once that a service is withdrawn, or everything without a hold', () => {
    const { take } = setUp();
    take(found('a'), 0);
    expect(take({ ...NOBODY, withdrawn: true }, 5)).toBe('-a');
    const trusting = setUp({ emptyHoldMs: 0 });
    trusting.take(found('a'), 0);
    expect(trusting.take(NOBODY, 5)).toBe('-a');
  });

  it('removes nobody because of an incomplete answer', () => {
    const { take } = setUp();
    take(found('a', 'b'), 0);
    const failure = new DnsError('timeout', 'b was not resolved');
    expect(take({ ...found('a', 'c'), failure }, 5)).toBe('~ a b c');
    expect(take(found('a', 'c'), 10)).toBe('a c');
  });

  it('keeps obsolete endpoints as long as told', () => {
    const { take } = setUp({ obsoleteHoldMs: 10_000 });
    take(found('a', 'b'), 0);
    expect(take(found('a'), 5_000)).toBeUndefined();
    expect(take(found('a'), 9_999)).toBeUndefined();
    expect(take(found('a'), 10_000)).toBe('a');
  });

  it('logical: joins the answers of a window, so that parts in turn are one stable set', () => {
    const { take } = setUp({ logical: true });
    expect(take(found('a', 'b'), 0)).toBe('a b');
    expect(take(found('c', 'd'), 20_000)).toBe('a b c d');
    expect(take(found('b', 'c'), 40_000)).toBeUndefined();
    expect(take(found('a', 'd'), 59_000)).toBeUndefined();
    // b and c were last seen at 40 s.
    expect(take(found('a', 'd'), 99_999)).toBeUndefined();
    expect(take(found('a', 'd'), 100_000)).toBe('a d');
  });

  it('logical: the window is three TTLs when that is more, or what the option says', () => {
    const slow = setUp({ logical: true });
    slow.take(found('a', 'b'), 0, 100_000);
    expect(slow.take(found('a'), 299_999, 100_000)).toBeUndefined();
    expect(slow.take(found('a'), 300_000, 100_000)).toBe('a');
    const told = setUp({ logical: true, obsoleteHoldMs: 7 });
    told.take(found('a', 'b'), 0);
    expect(told.take(found('a'), 7)).toBe('a');
  });
});
