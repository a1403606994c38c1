import type { Endpoint, HealthChecker, Random } from '@evenkeel/core';
import type { SimulatedEndpoint } from '../endpoint/simulated-endpoint.ts';
import type { ProbeAnswer } from '../strategy-factory.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** How a client asks endpoints about themselves, beside its requests. */
export interface Questions {
  /** Rejects for an endpoint that fails; never settles, but by its signal, for one that is frozen. */
  readonly checker: HealthChecker;
  probe(endpoint: Endpoint, options: { readonly signal: AbortSignal }): Promise<ProbeAnswer>;
}

/** @param travelMs one way to an endpoint, in ms */
export function questions(
  timeline: Timeline,
  fleet: ReadonlyMap<string, SimulatedEndpoint>,
  travelMs: (endpoint: SimulatedEndpoint) => number,
  random: Random,
): Questions {
  const ask = <T>(
    endpoint: Endpoint,
    signal: AbortSignal,
    answer: (asked: SimulatedEndpoint) => T,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const asked = fleet.get(endpoint.id);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (asked === undefined) {
        reject(new Error(`no endpoint ${endpoint.id}`));
        return;
      }
      timeline.after(travelMs(asked), () => {
        // What a frozen one would say it says when nobody listens any more.
        if (asked.settings.condition === 'frozen') return;
        timeline.after(travelMs(asked), () => {
          timeline.promiseSettled();
          try {
            if (asked.refuses) throw new Error(`endpoint ${asked.id} refuses connections`);
            resolve(answer(asked));
          } catch (error) {
            reject(error);
          }
        });
      });
    });

  return {
    checker: {
      check: (endpoint, { signal }) =>
        ask(endpoint, signal, ({ id, settings }) => {
          if (random() < settings.failureRatio) throw new Error(`endpoint ${id} failed the check`);
        }),
    },
    probe: (endpoint, { signal }) => ask(endpoint, signal, (asked) => asked.probe()),
  };
}
