import { formatAddress } from '@evenkeel/core';
import { fakeCandidate } from '@evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { Membership } from './membership.ts';

function make(): Membership {
  return new Membership(({ host, port }) => formatAddress(host, port));
}

describe('Membership', () => {
  it('sees no change in the same candidates, in other order or as other objects', () => {
    const members = make();
    expect(members.update([fakeCandidate('a:1'), fakeCandidate('b:1')])).toBe(true);
    const { placements } = members;
    expect(members.update([fakeCandidate('b:1'), fakeCandidate('a:1')])).toBe(false);
    expect(members.placements).toBe(placements);
  });

  it('sees who comes, who leaves, and a weight that changes in place', () => {
    const members = make();
    const a = fakeCandidate('a:1');
    const b = fakeCandidate('b:1');
    members.update([a]);
    expect(members.update([a, b])).toBe(true);
    expect(members.update([b])).toBe(true);
    expect(members.update([b])).toBe(false);
    b.weight = 2;
    expect(members.update([b])).toBe(true);
    expect(members.placements.map(({ key, weight }) => [key, weight])).toEqual([['b:1', 2]]);
    expect(members.update([])).toBe(true);
    expect(members.update([])).toBe(false);
  });

  it('sees one leave and another come at once', () => {
    const members = make();
    members.update([fakeCandidate('a:1')]);
    expect(members.update([fakeCandidate('b:1')])).toBe(true);
  });

  it('orders by name, then id', () => {
    const members = make();
    const twin = (id: string, host: string) => fakeCandidate({ id, host, port: 1 });
    members.update([twin('3', 'b'), twin('2', 'b'), twin('9', 'a')]);
    members.update([twin('3', 'b'), twin('1', 'b'), twin('2', 'b'), twin('9', 'a'), twin('0', 'c')]);
    expect(members.placements.map(({ member }) => member.id)).toEqual(['9', '1', '2', '3', '0']);
  });

  it('marks members that left, and counts on return as new', () => {
    const members = make();
    const a = fakeCandidate('a:1');
    members.update([a]);
    const [before] = members.placements;
    members.update([]);
    expect(before?.member.candidate).toBeUndefined();
    members.update([a]);
    expect(members.placements[0]?.member).not.toBe(before?.member);
  });
});
