import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { ejector } from './ejector.ts';

it('keeps to the cap and to the usable minimum in every sequence of outcomes, and all return in the end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 25 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      fc.nat({ max: 4 }),
      fc.array(fc.tuple(fc.nat({ max: 24 }), fc.constantFrom('success', 'failure', 'outage', 'wait')), {
        maxLength: 120,
      }),
      (health, maxEjectedRatio, alwaysEjectOne, minUsable, steps) => {
        const clock = manualClock();
        const candidates = health.map((_, index) => ({
          endpoint: toEndpoint(`10.0.0.1:${index + 1}`),
          weight: 1,
          inFlight: 0,
          pending: 0,
          oldestPendingAt: Number.POSITIVE_INFINITY,
          successes: 0,
          failures: 0,
        }));
        const isUsable = (candidate: unknown) => health[candidates.indexOf(candidate as never)] === true;
        let balance = 0;
        const subject = ejector({
          options: { maxEjectedRatio, alwaysEjectOne, minUsable },
          clock,
          random: () => 0.5,
          candidates: () => candidates,
          isUsable,
          onEjected: () => void balance++,
          onReturned: () => void balance--,
          onSkipped: () => {},
          onError: (_, error) => {
            throw error;
          },
        });
        const cap = Math.max(Math.floor(maxEjectedRatio * health.length + 1e-9), alwaysEjectOne ? 1 : 0);
        const healthy = candidates.filter(isUsable);
        for (const [which, step] of steps) {
          const candidate = candidates[which % candidates.length]!;
          if (step === 'wait') clock.advance(7_000);
          for (let i = 0; i < (step === 'outage' ? 5 : step === 'wait' ? 0 : 1); i++) {
            if (step === 'success') candidate.successes++;
            else candidate.failures++;
            const kind = step === 'success' ? 'success' : 'failure';
            subject.observe(candidate, { kind, latencyMs: 1, at: clock.now() });
          }
          const out = candidates.filter((one) => subject.isEjected(one));
          expect(out.length).toBe(subject.ejectedCount);
          expect(out.length).toBe(balance);
          expect(out.length).toBeLessThanOrEqual(cap);
          expect(out.every(isUsable)).toBe(true);
          expect(healthy.length - out.length).toBeGreaterThanOrEqual(Math.min(minUsable, healthy.length));
        }
        clock.advance(1_000_000);
        expect(subject.ejectedCount).toBe(0);
        expect(clock.pendingTimers).toBe(0);
      },
    ),
  );
});
