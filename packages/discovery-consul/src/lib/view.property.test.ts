import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecord } from './record.ts';
import { entry } from './testing/fake-agent.ts';
import { createView } from './view.ts';

const record = fc
  .record({
    port: fc.integer({ min: 1, max: 4 }),
    weight: fc.integer({ min: 1, max: 2 }),
    checks: fc.array(
      fc.record({
        CheckID: fc.constantFrom('a', '_service_maintenance:x'),
        Status: fc.constantFrom('passing', 'warning', 'critical'),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ port, weight, checks }) =>
    entry(port, { checks, service: { Weights: { Passing: weight, Warning: weight } } }),
  );
const answer = fc.uniqueArray(record, { selector: (each) => readRecord(each).endpoint.id, maxLength: 4 });

describe('a view', () => {
  it('yields exactly the answers that differ from the one before, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 10 }), (answers) => {
        const view = createView(() => {});
        let last: string | undefined;
        for (const records of answers) {
          const now = JSON.stringify(
            records.map((each) => readRecord(each).endpoint).sort((a, b) => a.port - b.port),
          );
          const snapshot = view.take(records, { stale: false });
          expect(snapshot === undefined).toBe(now === last);
          last = now;
          if (snapshot === undefined) continue;
          const seen = [...snapshot.endpoints].sort((a, b) => a.port - b.port);
          expect(JSON.stringify(seen)).toBe(now);
        }
      }),
    );
  });

  it('takes any JSON: an endpoint, or an error that says why there is none', () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.record({ Node: fc.string(), ID: fc.string(), Meta: fc.jsonValue() }),
    );
    const any = fc.oneof(
      fc.jsonValue(),
      fc.record({ Node: part, Service: part, Checks: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())) }),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 3 }), (records) => {
        const problems: string[] = [];
        const view = createView((message) => problems.push(message));
        try {
          const { endpoints = [] } = view.take(records, { stale: false }) ?? {};
          expect(endpoints.length + problems.length > 0).toBe(records.length > 0);
        } catch (error) {
          expect(String(error)).toMatch(/^DiscoveryError: none of \d records can be read$/);
          expect(problems.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
