import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../errors.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type RetryBudgetOptions, retryBudget } from './retry-budget.ts';

function arrange(options: RetryBudgetOptions = {}) {
  const clock = manualClock();
  const budget = retryBudget({ clock, ...options });
  const deposit = (times: number) => {
    for (let i = 0; i < times; i++) budget.deposit();
  };
  /** Withdraws until refused, at most 10,000 times; returns how often it could. */
  const drain = () => {
    let count = 0;
    while (count < 10_000 && budget.tryWithdraw()) count++;
    return count;
  };
  return { clock, budget, deposit, drain };
}

describe('retryBudget', () => {
  it('begins with a reserve of 10 per second for 10 s', () => {
    const { budget, drain } = arrange();
    expect(budget.balance).toBe(100);
    expect(drain()).toBe(100);
    expect(budget.balance).toBe(0);
    expect(budget.tryWithdraw()).toBe(false);
  });

  it('adds one retry for each five requests', () => {
    const { budget, deposit, drain } = arrange({ minPerSecond: 0 });
    deposit(4);
    expect(budget.tryWithdraw()).toBe(false);
    deposit(1);
    expect(budget.balance).toBe(1);
    deposit(1_000);
    expect(drain()).toBe(201);
  });

  it('allows more than one retry for a request when the ratio says so', () => {
    const { deposit, drain } = arrange({ minPerSecond: 0, ratio: 2.5 });
    deposit(2);
    expect(drain()).toBe(5);
  });

  it('counts decimal ratios as written', () => {
    const { deposit, drain } = arrange({ minPerSecond: 0, ratio: 0.29 });
    deposit(100);
    expect(drain()).toBe(29);
  });

  it('lets credit expire after its time to live, a tenth at a time', () => {
    const { clock, budget, deposit } = arrange({ minPerSecond: 0 });
    deposit(50);
    clock.advance(5_000);
    deposit(50);
    expect(budget.balance).toBe(20);
    clock.advance(4_999);
    expect(budget.balance).toBe(20);
    clock.advance(1);
    expect(budget.balance).toBe(10);
    clock.advance(5_000);
    expect(budget.balance).toBe(0);
  });

  it('gives the reserve back as withdrawals expire', () => {
    const { clock, drain } = arrange();
    expect(drain()).toBe(100);
    clock.advance(9_999);
    expect(drain()).toBe(0);
    clock.advance(1);
    expect(drain()).toBe(100);
  });

  it('forgets all after any long silence', () => {
    const { clock, budget, deposit } = arrange({ minPerSecond: 1 });
    deposit(1_000);
    clock.advance(1e9);
    expect(budget.balance).toBe(10);
  });

  it('never allows anything with neither ratio nor reserve', () => {
    const { deposit, drain } = arrange({ ratio: 0, minPerSecond: 0 });
    deposit(1_000);
    expect(drain()).toBe(0);
  });

  it('keeps a full retry storm at 1.2 times the load and 10 per second', () => {
    const { clock, budget } = arrange();
    let sent = 0;
    for (let ms = 0; ms < 60_000; ms++) {
      budget.deposit();
      sent++;
      for (let attempt = 0; attempt < 3 && budget.tryWithdraw(); attempt++) sent++;
      clock.advance(1);
    }
    // 1,000 requests per second for a minute, and one reserve in advance.
    expect(sent).toBeLessThanOrEqual(60_000 * 1.2 + 60 * 10 + 100);
    expect(sent).toBeGreaterThan(60_000 * 1.19 + 500);
  });

  it('keeps to its bound over any window and in any order of calls', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.integer({ min: 1_000, max: 20_000 }),
        fc.array(fc.tuple(fc.nat({ max: 3_000 }), fc.nat({ max: 20 }), fc.nat({ max: 60 })), {
          maxLength: 40,
        }),
        (ratio, minPerSecond, ttlMs, steps) => {
          const { clock, budget, deposit } = arrange({ ratio, minPerSecond, ttlMs });
          const log: { at: number; deposits: number; withdrawals: number }[] = [];
          for (const [waitMs, deposits, wishes] of steps) {
            clock.advance(waitMs);
            deposit(deposits);
            let withdrawals = 0;
            const { balance } = budget;
            for (let i = 0; i < wishes; i++) if (budget.tryWithdraw()) withdrawals++;
            expect(withdrawals).toBe(Math.min(balance, wishes));
            log.push({ at: clock.now(), deposits, withdrawals });
          }
          for (const [first, { at: from }] of log.entries()) {
            let withdrawn = 0;
            for (const { at: to, withdrawals } of log.slice(first)) {
              withdrawn += withdrawals;
              let deposited = 0;
              for (const { at, deposits } of log) if (at >= from - ttlMs && at <= to) deposited += deposits;
              const bound = ratio * deposited + (minPerSecond * (to - from + 1.1 * ttlMs)) / 1000;
              expect(withdrawn).toBeLessThanOrEqual(bound + 1e-6);
            }
          }
        },
      ),
    );
  });

  it.each<[string, RetryBudgetOptions]>([
    ['ratio', { ratio: -0.1 }],
    ['minPerSecond', { minPerSecond: Number.NaN }],
    ['ttlMs', { ttlMs: 10 }],
  ])('rejects a wrong %s by name', (field, options) => {
    expect(() => retryBudget(options)).toThrow(InvalidOptionsError);
    expect(() => retryBudget(options)).toThrow(`retryBudget.${field}`);
  });
});
