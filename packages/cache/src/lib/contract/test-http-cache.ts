import { Bench, type BenchOptions } from './bench.ts';
import { FRESHNESS } from './http/freshness.ts';
import { INVALIDATION } from './http/invalidation.ts';
import { POISONING } from './http/poisoning.ts';
import { REQUESTS } from './http/requests.ts';
import { STALE } from './http/stale.ts';
import { STATUS } from './http/status.ts';
import { STORING } from './http/storing.ts';
import { VALIDATION } from './http/validation.ts';
import { VARIANTS } from './http/variants.ts';
import type { HttpCase } from './http-case.ts';

const CASES: readonly HttpCase[] = [
  ...FRESHNESS,
  ...STORING,
  ...VALIDATION,
  ...VARIANTS,
  ...INVALIDATION,
  ...REQUESTS,
  ...STALE,
  ...STATUS,
  ...POISONING,
];

/** How {@link testHttpCache} makes caches. */
export interface TestHttpCacheOptions extends Pick<BenchOptions, 'compose' | 'makeDriver' | 'settleMs'> {
  /** The `test` or `it` of the runner in use. */
  readonly test: (name: string, body: () => Promise<void>) => unknown;
}

/**
 * Registers the conformance tests of `cache()`: each requirement of RFC 9111, 5861, 9211 and 9213 on a shared cache, as exchanges of
 * a real client with a real origin, through a cache whose instances share the driver.
 *
 * @param options the runner, a way to put the interceptor before a dispatcher of undici, and the driver
 */
export function testHttpCache({ test, ...options }: TestHttpCacheOptions): void {
  for (const { name, run, options: more } of CASES) {
    test(name, async () => {
      await using bench = await Bench.open({ ...options, ...more });
      await run(bench);
    });
  }
}
