import { fakeCandidate, testStrategy } from '@evenkeel/testing';
import { describe, expect, it, test } from 'vitest';
import { failoverOrder } from './failover-order.ts';

describe('failoverOrder', () => {
  testStrategy({ test, make: failoverOrder, shares: 'none' });

  it('takes the first that is there and not excluded', () => {
    const list = [1, 2, 3].map((port) => fakeCandidate({ host: 'h', port }, { inFlight: 9 - port }));
    const strategy = failoverOrder();
    strategy.update(list);
    expect(strategy.pick({})).toBe(list[0]);
    expect(strategy.pick({ exclude: new Set(['h:1']) })).toBe(list[1]);
    strategy.update(list.slice(1));
    expect(strategy.pick({})).toBe(list[1]);
    strategy.update(list);
    expect(strategy.pick({})).toBe(list[0]);
  });
});
