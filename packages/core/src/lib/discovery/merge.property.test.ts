import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testFeed } from '../guard/test-feed.ts';
import { seededRandom } from '../random.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { mergeDiscovery } from './merge.ts';

/** One address may have the id of its own, or one of a few that sources also give to other addresses. */
const input = fc.record({ port: fc.integer({ min: 1, max: 6 }), name: fc.option(fc.constantFrom('x', 'y')) });
const list = fc.uniqueArray(input, { maxLength: 6, selector: ({ port }) => port });
const step = fc.record({
  source: fc.nat(2),
  action: fc.oneof({ weight: 4, arbitrary: list }, { weight: 1, arbitrary: fc.constant('fail' as const) }),
  waitMs: fc.constantFrom(0, 100, 3_000),
});

const endpoints = (inputs: { port: number; name: string | null }[]) =>
  inputs.map(({ port, name }) => ({ address: `h:${port}`, ...(name === null ? {} : { id: name }) }));

test('whatever the sources did, in the end each address that any of them lists is in use exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.tuple(list, list, list), async (script, final) => {
      const clock = manualClock();
      const sources = [manualDiscovery(), manualDiscovery(), manualDiscovery()];
      const run = testFeed({}, mergeDiscovery(sources, { clock, random: seededRandom(1) }));
      const advance = async (ms: number): Promise<void> => {
        await clock.advanceAsync(ms);
        await run.clock.advanceAsync(ms);
      };
      for (const { source, action, waitMs } of script) {
        if (action === 'fail') sources[source]!.fail(new Error('down'));
        else sources[source]!.push(endpoints(action));
        await advance(waitMs);
      }
      for (const [n, inputs] of final.entries()) sources[n]!.push(endpoints(inputs));
      await advance(60_000);
      await advance(400_000);

      const used = run.updates.at(-1)?.endpoints ?? [];
      expect(new Set(used.map(({ id }) => id)).size).toBe(used.length);
      const ports = used.map(({ port }) => port);
      expect(new Set(ports).size).toBe(ports.length);
      const listed = final.flat();
      for (const port of ports) expect(listed.some((item) => item.port === port)).toBe(true);
      // Two addresses under one id are one endpoint; every other address is there.
      for (const { port, name } of listed) if (name === null) expect(ports).toContain(port);
      await run.feed.close();
      expect(clock.pendingTimers).toBe(0);
      expect(run.clock.pendingTimers).toBe(0);
      expect(sources.map(({ watchers }) => watchers)).toEqual([0, 0, 0]);
    }),
    { numRuns: 200, seed: 20_263 },
  );
});
