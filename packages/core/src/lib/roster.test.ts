import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRoster, type Rostered } from './roster.ts';

it('holds what a Set would hold, whatever comes and goes', () => {
  const step = fc.record({ add: fc.boolean(), index: fc.nat({ max: 9 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const items = Array.from({ length: 10 }, (): Rostered => ({ place: -1 }));
      const roster = createRoster();
      const model = new Set<Rostered>();
      for (const { add, index } of steps) {
        const item = items[index]!;
        if (add) {
          roster.add(item);
          model.add(item);
        } else {
          expect(roster.delete(item)).toBe(model.delete(item));
        }
        expect(roster.size).toBe(model.size);
        expect(new Set(roster.values())).toEqual(model);
      }
    }),
  );
});

it('may change while its values are gone through', () => {
  const roster = createRoster();
  for (let i = 0; i < 4; i++) roster.add({ place: -1 });
  for (const item of roster.values()) roster.delete(item);
  expect(roster.size).toBe(0);
});
