import { serviceGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { discovery } from './benchmark.ts';
import { REGISTRIES } from './registries/registries.ts';
import { REGISTRY_NAMES } from './registries/registry.ts';

const run = (registries: string, scenarios: string) =>
  discovery.run(settingsOf(discovery, { registries, scenarios }, true, () => {}));

for (const name of REGISTRY_NAMES) {
  const gate = await serviceGate(REGISTRIES[name].server, { control: true });
  describe.skipIf(gate.skipped)(`the benchmark of discovery, ${name} (${gate.title})`, () => {
    it('measures how endpoints come and leave', async () => {
      const { tables, targets } = await run(name, 'joins');
      const [joins, leaves] = tables.map(({ rows }) => rows[0]!);
      const [, runs, registered, known, , answered, , , peerSeen, , ratio] = joins!;
      expect(runs).toBe(name === 'dns' ? 1 : 2);
      for (const ms of [registered, known]) expect(ms).toBeGreaterThan(0);
      // Nobody answers before it is known.
      expect(answered).toBeGreaterThan(known as number);
      if (name === 'dns') expect(peerSeen).toBeNaN();
      else for (const value of [peerSeen, ratio]) expect(value).toBeGreaterThan(0);
      const [, , lastRequest, , , requests, failed] = leaves!;
      expect(lastRequest).toBeGreaterThanOrEqual(0);
      expect(requests).toBeGreaterThan(100);
      expect(failed).toBe(0);
      expect(targets).toHaveLength(2);
    }, 60_000);

    it('measures how long crashed endpoints are picked', async () => {
      const { tables, targets } = await run(name, 'crashes');
      const [, runs, ttlMs, lastPick, , max, failures, failedByDefault] = tables[0]!.rows[0]!;
      expect(runs).toBe(name === 'dns' ? 1 : 2);
      expect(ttlMs).toBe(2_000);
      // The registry alone tells of a crash, so it is picked for a part of the lease at least, and not for ever.
      expect(lastPick).toBeGreaterThan(100);
      expect(max).toBeLessThan(2_000 + REGISTRIES[name].refreshMs + 1_000);
      expect(failures).toBe(1);
      expect(failedByDefault).toBe(0);
      expect(targets.every(({ met }) => met)).toBe(true);
    }, 60_000);
  });
}
