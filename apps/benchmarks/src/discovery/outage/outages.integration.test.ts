import { serviceGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { REGISTRIES } from '../registries/registries.ts';
import { REGISTRY_NAMES } from '../registries/registry.ts';
import { NEWCOMER_LIMIT_MS, STALE_LIMIT_PROBES } from './outage-report.ts';
import { ENDPOINTS, OUTAGES, runOutage } from './run-outage.ts';

/** Twice the leases of the endpoints; `pnpm bench discovery --outage-seconds 60` is the long form. */
const OUTAGE_MS = 6_000;
/** Timers of a busy machine are late by this, in ms. */
const LAG_MS = 500;

for (const name of REGISTRY_NAMES) {
  const registry = REGISTRIES[name];
  const gate = await serviceGate(registry.server, { control: true });
  describe.skipIf(gate.skipped)(`a client under load, ${name} (${gate.title})`, () => {
    it.concurrent.each(OUTAGES)(
      'loses no request, says that it is stale, and sees a newcomer soon: %s',
      async (outage) => {
        const result = await runOutage(registry, outage, OUTAGE_MS);
        expect(result.requests).toBeGreaterThan(100);
        expect(result.failures).toBe(0);
        expect(result.stale).toBeLessThan(STALE_LIMIT_PROBES * registry.probeMs + LAG_MS);
        expect(result.newcomer).toBeLessThan(NEWCOMER_LIMIT_MS + LAG_MS);
        expect(result.live).not.toBeNaN();
        expect(result.complete).toBe(true);
        expect(result.unhandledRejections).toBe(0);
        // After the others all leases have ended, and how many are back at the first reading is a matter of luck.
        // DNS cannot tell an empty restart from endpoints that left.
        const isReset = outage === 'empty' && registry.refreshMs === 0;
        expect(result.fewest).toBeGreaterThanOrEqual(isReset ? ENDPOINTS : 1);
      },
      90_000,
    );
  });
}
