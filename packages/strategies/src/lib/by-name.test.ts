import { InvalidOptionsError, seededRandom } from '@evenkeel/core';
import { manualClock } from '@evenkeel/core/testing';
import { fakeCandidate, fakeObservation } from '@evenkeel/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type StrategyName, strategyByName, strategyNames } from './by-name.ts';

const CANDIDATES = Array.from({ length: 12 }, (_, i) => fakeCandidate({ host: 'h', port: i + 1 }));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('by name', () => {
  it.each(strategyNames)('makes %s', (name) => {
    expect(strategyByName(name).name).toBe(name);
  });

  it.each(['fastest', '', 'constructor', '__proto__'])('refuses "%s"', (name) => {
    expect(() => strategyByName(name as StrategyName)).toThrow(InvalidOptionsError);
  });

  it.each(strategyNames)('makes %s with no other chance and time than those given', (name) => {
    const picks = (): readonly (number | undefined)[] => {
      const clock = manualClock();
      const strategy = strategyByName(name, { clock, random: seededRandom(7) });
      strategy.update(CANDIDATES);
      return Array.from({ length: 60 }, () => {
        clock.advance(1);
        const picked = strategy.pick({});
        if (picked !== undefined) strategy.observe?.(picked, fakeObservation({ at: clock.now() }));
        return picked?.endpoint.port;
      });
    };
    vi.spyOn(Math, 'random').mockImplementation(() => expect.unreachable('Math.random'));
    vi.spyOn(performance, 'now').mockImplementation(() => expect.unreachable('the time of day'));
    const first = picks();
    expect(first).not.toContain(undefined);
    expect(picks()).toEqual(first);
  });

  it('gives Prequal its probe', () => {
    const probe = vi.fn(async () => ({ requestsInFlight: 0, latencyMs: 1 }));
    const strategy = strategyByName('prequal', { clock: manualClock(), random: seededRandom(7), probe });
    strategy.update(CANDIDATES);
    strategy.pick({});
    expect(probe).toHaveBeenCalledTimes(3);
  });

  it('names an option that nobody reads', () => {
    expect(() => strategyByName('p2c', { rand: Math.random } as object)).toThrow('did you mean "random"');
  });
});
