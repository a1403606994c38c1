import assert from 'node:assert/strict';
import { type Candidate, type Strategy, seededRandom } from '@evenkeel/core';
import { type FakeCandidate, fakeCandidate } from './fake-candidate.ts';
import { StrategyBench } from './strategy-bench.ts';
import type { TestStrategyOptions } from './test-strategy-options.ts';

/**
 * Registers the tests that every strategy passes: few and many candidates, weights, exclusion, churn, late results,
 * clones. Call it inside a `describe` of the strategy.
 *
 * @param options the runner, the factory, and what shares to expect
 */
export function testStrategy(options: TestStrategyOptions): void {
  const { test, make, shares = 'weight', hashing = false } = options;
  const bench = (): StrategyBench => new StrategyBench(make, options);

  test('picks nothing before the first update and from an empty list', () => {
    const { strategy } = bench();
    assert.equal(strategy.pick({}), undefined);
    strategy.update([]);
    assert.equal(strategy.pick({}), undefined);
    assert.equal(strategy.pick({ hashKey: 'a' }), undefined);
  });

  test('picks the only candidate, with and without a hash key', () => {
    const { strategy } = bench();
    const [only] = update(strategy, candidates(1));
    for (let i = 0; i < 20; i++) {
      assert.equal(strategy.pick({}), only);
      assert.equal(strategy.pick({ hashKey: `key-${i}` }), only);
    }
  });

  test('picks nothing when all are excluded', () => {
    const { strategy } = bench();
    for (const count of [1, 2, 3, 100]) {
      const list = update(strategy, candidates(count));
      assert.equal(strategy.pick({ hashKey: 'a', exclude: ids(list) }), undefined);
      assert.equal(strategy.pick({ exclude: ids(list) }), undefined);
    }
  });

  test('never picks an excluded candidate, however few are left', () => {
    for (const count of [2, 3, 9, 100]) {
      const run = bench();
      const list = update(run.strategy, candidates(count));
      for (let left = 1; left <= Math.min(3, count - 1); left++) {
        const open = new Set(list.slice(-left));
        const exclude = ids(list.slice(0, -left));
        for (let i = 0; i < 200; i++) {
          const picked = run.strategy.pick({ hashKey: `key-${i}`, exclude });
          assert.ok(picked !== undefined && open.has(picked as FakeCandidate), `${left} of ${count} left`);
          run.finish(picked);
        }
      }
    }
  });

  test('ignores unknown ids in exclude', () => {
    const { strategy } = bench();
    const [only] = update(strategy, candidates(1));
    assert.equal(strategy.pick({ exclude: new Set(['nobody']) }), only);
    assert.equal(strategy.pick({ exclude: new Set() }), only);
  });

  if (shares !== 'none') {
    test('gives idle candidates of equal weight equal shares', () => {
      for (const count of [2, 3, 10, 12]) {
        const run = bench();
        run.assertShares(update(run.strategy, candidates(count)));
      }
    });

    test('keeps the shares when update comes between the picks', () => {
      const run = bench();
      run.assertShares(update(run.strategy, candidates(3)), { updateEvery: 1 });
    });

    test('keeps the shares of the others while one is excluded', () => {
      const run = bench();
      const [first, ...others] = update(run.strategy, candidates(4));
      assert.ok(first);
      run.assertShares(others, { exclude: ids([first]) });
    });
  }

  if (shares === 'weight') {
    test('gives idle candidates shares by weight', () => {
      for (const weights of [
        [2, 1],
        [5, 1, 1],
        [1, 2, 3],
        [0.5, 1, 1.5],
        [100, 200, 300, 100],
        [3, 1, 1, 1, 1, 1, 1, 1, 1, 2],
      ]) {
        const run = bench();
        run.assertShares(update(run.strategy, candidates(weights.length, weights)));
      }
    });

    test('follows weights that change in place', () => {
      const run = bench();
      const list = update(run.strategy, candidates(3));
      run.assertShares(list);
      for (const [i, candidate] of list.entries()) candidate.weight = 3 - i;
      run.strategy.update(list);
      run.assertShares(list);
    });
  }

  test('survives any weight that is greater than 0', () => {
    const { strategy } = bench();
    const list = update(strategy, candidates(3, [1e-9, 1, 65_535]));
    for (let i = 0; i < 100; i++)
      assert.ok(list.includes(strategy.pick({ hashKey: `${i}` }) as FakeCandidate));
  });

  test('picks only from the last update while candidates come and go', () => {
    const run = bench();
    const random = seededRandom(11);
    const pool = candidates(40);
    const open: Candidate[] = [];
    for (let step = 0; step < 300; step++) {
      const list = pool.filter(() => random() < (step % 10) / 10);
      run.strategy.update(Object.freeze(list));
      for (let i = 0; i < 5; i++) {
        const picked = run.pick({ hashKey: `key-${step}-${i}` });
        if (list.length === 0) assert.equal(picked, undefined);
        else assert.ok(picked !== undefined && list.includes(picked as FakeCandidate));
        if (picked !== undefined) open.push(picked);
      }
      while (open.length > 20) run.finish(open.shift() as Candidate, step % 3 === 0 ? 'failure' : 'success');
    }
  });

  test('takes the late results of a removed candidate without picking it again', () => {
    const run = bench();
    const [gone, ...rest] = update(run.strategy, candidates(3));
    assert.ok(gone);
    run.strategy.update(rest);
    for (let i = 0; i < 50; i++) {
      run.finish(gone, i % 2 === 0 ? 'success' : 'cancelled');
      assert.notEqual(run.strategy.pick({ hashKey: `key-${i}` }), gone);
    }
  });

  test('takes results of every kind and of any latency', () => {
    const run = bench();
    const list = update(run.strategy, candidates(3));
    for (const kind of ['success', 'failure', 'cancelled'] as const) {
      for (const latencyMs of [0, 1e-3, 10, 1e6]) {
        for (const candidate of list) run.finish(candidate, kind, latencyMs);
        assert.ok(list.includes(run.strategy.pick({ hashKey: 'a' }) as FakeCandidate));
      }
    }
  });

  test('leaves the candidate list as it is', () => {
    const run = bench();
    const list = candidates(12);
    const before = [...list];
    run.strategy.update(Object.freeze(list));
    for (let i = 0; i < 100; i++) run.finish(run.strategy.pick({ hashKey: `key-${i}` }) as Candidate);
    assert.deepEqual(list, before);
  });

  test('has a hyphenated lower-case name', () => {
    assert.match(bench().strategy.name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test('clones without candidates, and independently', () => {
    const { strategy } = bench();
    const list = update(strategy, candidates(3));
    const twin = strategy.clone?.();
    if (twin === undefined) return;
    assert.equal(twin.name, strategy.name);
    assert.equal(twin.pick({ hashKey: 'a' }), undefined);
    const [other] = update(twin, candidates(1, [1], 50));
    assert.equal(twin.pick({ hashKey: 'a' }), other);
    assert.ok(list.includes(strategy.pick({ hashKey: 'a' }) as FakeCandidate));
    twin.update([]);
    assert.ok(list.includes(strategy.pick({ hashKey: 'a' }) as FakeCandidate));
  });

  if (hashing) {
    test('sends the same key to the same candidate, also after an update with the same list', () => {
      const { strategy } = bench();
      const list = update(strategy, candidates(12));
      for (let i = 0; i < 200; i++) {
        const hashKey = `key-${i}`;
        const picked = strategy.pick({ hashKey });
        assert.equal(strategy.pick({ hashKey }), picked);
        strategy.update(i % 2 === 0 ? list : [...list].reverse());
        assert.equal(strategy.pick({ hashKey }), picked);
      }
    });
  }
}

function candidates(count: number, weights: readonly number[] = [], from = 1): FakeCandidate[] {
  return Array.from({ length: count }, (_, i) =>
    fakeCandidate({ host: `10.0.0.${from + i}`, port: 80 }, { weight: weights[i] ?? 1 }),
  );
}

function update(strategy: Strategy, list: FakeCandidate[]): FakeCandidate[] {
  strategy.update(list);
  return list;
}

function ids(list: readonly Candidate[]): ReadonlySet<string> {
  return new Set(list.map((candidate) => candidate.endpoint.id));
}
