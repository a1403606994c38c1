import { expect, it } from 'vitest';
import type { Change } from '../changes/change.ts';
import { changeBands, changeLabels } from './change-bands.ts';
import { exactScale } from './scale.ts';

const COLUMN = { x: 0, y: 20, width: 400, height: 100 };
const TIME = exactScale(0, 10_000, 0, 400);
const labels = (...changes: readonly Change[]) =>
  [...changeLabels(changes, COLUMN, TIME).matchAll(/>([^<]+)</g)].map(([, label]) => label);

it('shades a change for as long as it holds, a moment as a line', () => {
  const bands = changeBands(
    [
      { atMs: 1_000, untilMs: 2_000, endpoints: 'e0', set: { weight: 2 } },
      { atMs: 9_000, endpoints: 'e0', set: { weight: 3 } },
      { atMs: 5_000, remove: 'e1' },
    ],
    COLUMN,
    TIME,
  );
  const rects = [...bands.matchAll(/ x="([\d.]+)" y="20" width="([\d.]+)" height="100"/g)];
  expect(rects.map(([, x, width]) => [Number(x), Number(width)])).toEqual([
    [40, 40],
    [360, 40],
    [200, 2],
  ]);
});

it.each<readonly [Change, string]>([
  [{ atMs: 0, endpoints: 'e0', set: { service: 2_000, failure: {} } }, 'e0: service 2,000 ms'],
  [{ atMs: 0, endpoints: ['a', 'b'], set: { condition: 'frozen' } }, 'a, b: frozen'],
  [{ atMs: 0, endpoints: ['a', 'b', 'c', 'd'], set: { weight: 2 } }, '4 endpoints: weight 2'],
  [{ atMs: 0, endpoints: () => true, set: { service: () => 1 } }, 'some: service'],
  [{ atMs: 0, remove: 'e1' }, '−e1'],
  [{ atMs: 0, add: [{ service: 1 }, { service: 1 }] }, '+2'],
])('says what %o is', (change, label) => {
  expect(labels(change)).toEqual([label]);
});

it('leaves out a label that would lie on another', () => {
  const at = (atMs: number): Change => ({ atMs, endpoints: 'e0', set: { condition: 'refusing' } });
  expect(labels(at(9_000), at(100), at(0))).toHaveLength(2);
});
