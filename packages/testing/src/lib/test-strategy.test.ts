import type { Candidate, Strategy } from '@evenkeel/core';
import { describe, expect, it, test } from 'vitest';
import type { RegisterTest } from './register-test.ts';
import { testStrategy } from './test-strategy.ts';

/** In turn, the plainest strategy that keeps the contract. */
function inTurn(change: Partial<Strategy> = {}): Strategy {
  let list: readonly Candidate[] = [];
  let next = 0;
  return {
    name: 'in-turn',
    update: (candidates) => {
      list = candidates;
    },
    pick: ({ exclude }) => {
      for (let i = 0; i < list.length; i++) {
        const candidate = list[next++ % list.length];
        if (candidate !== undefined && exclude?.has(candidate.endpoint.id) !== true) return candidate;
      }
      return undefined;
    },
    clone: () => inTurn(change),
    ...change,
  };
}

/** The names of the suite's tests that a strategy fails. */
async function failures(make: () => Strategy, weighted = false): Promise<string[]> {
  const failed: string[] = [];
  const bodies: [string, () => void | Promise<void>][] = [];
  const register: RegisterTest = (name, body) => bodies.push([name, body]);
  testStrategy({ test: register, make, shares: weighted ? 'weight' : 'equal', picks: 1_000 });
  for (const [name, body] of bodies) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

describe('testStrategy', () => {
  describe('a correct strategy', () => testStrategy({ test, make: () => inTurn(), shares: 'equal' }));

  it('rejects a strategy that ignores exclude', async () => {
    const failed = await failures(() => {
      const inner = inTurn();
      return { ...inner, pick: () => inner.pick({}) };
    });
    expect(failed).toContain('never picks an excluded candidate, however few are left');
    expect(failed).toContain('picks nothing when all are excluded');
  });

  it('rejects a strategy that keeps removed candidates', async () => {
    const failed = await failures(() => {
      const inner = inTurn();
      const all = new Set<Candidate>();
      return {
        ...inner,
        update: (list) => {
          for (const candidate of list) all.add(candidate);
          inner.update([...all]);
        },
      };
    });
    expect(failed).toContain('picks only from the last update while candidates come and go');
    expect(failed).toContain('takes the late results of a removed candidate without picking it again');
  });

  it('rejects a strategy that starts again with each update', async () => {
    const failed = await failures(() => {
      let inner = inTurn();
      return {
        name: 'restarting',
        update: (list) => {
          inner = inTurn();
          inner.update(list);
        },
        pick: (context) => inner.pick(context),
      };
    });
    expect(failed).toEqual(['keeps the shares when update comes between the picks']);
  });

  it('rejects a strategy that ignores weights, when told that it knows them', async () => {
    const failed = await failures(() => inTurn(), true);
    expect(failed).toContain('gives idle candidates shares by weight');
    expect(failed).toContain('follows weights that change in place');
  });

  it('rejects a strategy whose clone shares its candidates', async () => {
    const failed = await failures(() => {
      const inner = inTurn();
      return { ...inner, clone: () => inner };
    });
    expect(failed).toEqual(['clones without candidates, and independently']);
  });
});
