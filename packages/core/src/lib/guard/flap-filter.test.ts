import { expect, test } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { settle } from '../testing/manual-clock.ts';
import { flapFilter } from './flap-filter.ts';
import { type TestFeed, testFeed } from './test-feed.ts';

const settings = { flapLimit: 5, flapWindowMs: 60_000, flapPenaltyMs: 5_000, flapPenaltyMaxMs: 60_000 };

async function flap({ clock, discovery }: TestFeed, seconds: number, stable: string[]): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    discovery.push(i % 2 === 0 ? stable : [...stable, 'flappy:1']);
    await clock.advanceAsync(1_000);
  }
}

test('an endpoint that flaps at 1 Hz is kept out once it moved more than five times', async () => {
  const run = testFeed();
  run.discovery.push(['a:1', 'b:1', 'flappy:1']);
  await settle();
  await flap(run, 5, ['a:1', 'b:1']);
  expect(run.updates).toHaveLength(6);
  await flap(run, 4, ['a:1', 'b:1']);
  expect(run.ids()).toEqual(['a:1', 'b:1']);
  const before = run.updates.length;
  await flap(run, 300, ['a:1', 'b:1']);
  // 5 + 10 + 20 + 40 + 60 … s of penalty: a handful of visits instead of 150.
  expect(run.updates.length - before).toBeLessThan(20);
});

test('it comes back when the penalty is over, and the next penalty is twice as long', () => {
  const filter = flapFilter(settings);
  const move = (times: number, from: number): void => {
    for (let i = 0; i < times; i++) {
      if (i % 2 === 0) filter.left('x', from + i);
      else filter.joined('x', from + i);
    }
  };
  move(6, 0);
  expect(filter.out.get('x')).toBe(5 + 5_000);
  expect(filter.release(5_004)).toEqual([]);
  expect(filter.release(5_005)).toEqual(['x']);
  move(2, 6_000);
  expect(filter.out.get('x')).toBe(6_001 + 10_000);
  filter.release(16_001);
  for (let n = 0; n < 5; n++) {
    move(2, 20_000 + n);
    filter.lift('x');
  }
  move(2, 20_010);
  expect(filter.out.get('x')).toBe(20_011 + 60_000);
});

test('moves older than the window do not count, and a calm window forgives all penalties', () => {
  const filter = flapFilter(settings);
  for (let i = 0; i < 20; i++) {
    filter.left('slow', i * 30_000);
    filter.joined('slow', i * 30_000 + 15_000);
  }
  expect(filter.out.size).toBe(0);

  const burst = (from: number): number | undefined => {
    for (let i = 0; i < 3; i++) {
      filter.left('x', from + i);
      filter.joined('x', from + i);
    }
    return filter.out.get('x');
  };
  expect(burst(1_000_000)).toBe(1_000_002 + 5_000);
  filter.release(1_100_000);
  expect(burst(1_100_000)).toBe(1_100_002 + 5_000);
});

test('what is there at the start has not joined', async () => {
  const run = testFeed({ flapLimit: 2 });
  for (const ids of [['a:1', 'b:1'], ['a:1'], ['a:1', 'b:1']]) {
    run.discovery.push(ids);
    await run.clock.advanceAsync(1_000);
  }
  expect(run.ids()).toEqual(['a:1', 'b:1']);
});

test('flapLimit 0 turns the rule off', async () => {
  const run = testFeed({ flapLimit: 0 });
  run.discovery.push(['a:1', 'flappy:1']);
  await settle();
  await flap(run, 40, ['a:1']);
  expect(run.ids()).toEqual(['a:1', 'flappy:1']);
});

test('the penalty never leaves fewer than flapMinEndpoints', async () => {
  const run = testFeed({ flapMinEndpoints: 2, onEmpty: 'accept' });
  run.discovery.push(['a:1', 'flappy:1']);
  await settle();
  await flap(run, 20, ['a:1']);
  expect(run.ids()).toEqual(['a:1', 'flappy:1']);
});

test('an endpoint under penalty comes in when the others leave or fail their checks', async () => {
  for (const how of ['leave', 'fail'] as const) {
    const run = testFeed();
    run.discovery.push(['a:1', 'b:1', 'flappy:1']);
    await settle();
    await flap(run, 6, ['a:1', 'b:1']);
    expect(run.ids()).toEqual(['a:1', 'b:1']);
    if (how === 'leave') {
      run.discovery.push({ endpoints: [toEndpoint('flappy:1')], deregistered: ['a:1', 'b:1'] });
    } else {
      for (const id of ['a:1', 'b:1']) {
        run.health.set(id, false);
        run.feed.healthChanged(id);
      }
    }
    await run.clock.advanceAsync(250);
    expect(run.ids()).toContain('flappy:1');
  }
});

test('endpoints that a guard held did not flap', async () => {
  const run = testFeed();
  const all = ['a:1', 'b:1', 'c:1', 'd:1'];
  run.discovery.push(all);
  await settle();
  for (let i = 0; i < 20; i++) {
    run.discovery.push(i % 2 === 0 ? [] : all);
    await run.clock.advanceAsync(1_000);
  }
  expect(run.updates).toHaveLength(1);
  expect(run.ids()).toEqual(all);
});
