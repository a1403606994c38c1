import { type HealthChecker, sleep, systemClock, tcpHealthCheck, toEndpoint } from '@evenkeel/core';
import { httpHealthCheck } from '@evenkeel/http-client';
import { within } from '../build/within.ts';
import type { ReadyConfig } from '../schema/register.ts';

/** How waiting for a command went. */
export interface Verdict {
  readonly ready: boolean;
  /** For people, after the word `command`. */
  readonly text: string;
}

/**
 * What asks a command.
 *
 * @throws OptionError when it refuses an option
 */
export function buildChecker({ http }: ReadyConfig = {}): HealthChecker {
  return http === undefined ? tcpHealthCheck() : within(['http'], () => httpHealthCheck(http));
}

/**
 * Asks a command again and again, until it answers or its time is over.
 *
 * @param address where, unless the configuration names another address
 * @throws the signal's reason
 */
export async function untilReady(
  config: ReadyConfig = {},
  address: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const { intervalMs = 200, timeoutMs = 2_000, withinMs = 60_000 } = config;
  const endpoint = toEndpoint(config.address ?? address);
  const checker = buildChecker(config);
  const startedAt = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - startedAt);
  try {
    for (;;) {
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        await checker.check(endpoint, { signal: limit });
        return { ready: true, text: `is ready after ${elapsedMs()} ms` };
      } catch (error) {
        signal.throwIfAborted();
        if (withinMs !== 0 && elapsedMs() + intervalMs > withinMs) {
          return { ready: false, text: `is not ready within ${withinMs} ms: ${(error as Error).message}` };
        }
      }
      await sleep(systemClock, intervalMs, signal);
    }
  } finally {
    await checker[Symbol.asyncDispose]?.();
  }
}
