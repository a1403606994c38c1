import { seededRandom } from '@evenkeel/core';
import { expect, it } from 'vitest';
import { endpointChurn } from './endpoint-churn.ts';

const ids = (churn: ReturnType<typeof endpointChurn>) => churn.snapshot().endpoints.map(({ id }) => id);

it('replaces as many as it is told and keeps the size and the survivors', () => {
  const churn = endpointChurn(100, seededRandom(1));
  for (let round = 0; round < 50; round++) {
    const before = new Set(ids(churn));
    churn.change(7);
    const after = ids(churn);
    expect(new Set(after).size).toBe(100);
    expect(after.filter((id) => !before.has(id))).toHaveLength(7);
    expect(after).toEqual(expect.arrayContaining([...churn.survivors]));
  }
  expect(churn.survivors).toHaveLength(10);
  expect(churn.departures).toBe(350);
});

it('lets some of those that left return', () => {
  const churn = endpointChurn(100, seededRandom(1));
  const left = new Set<string>();
  let returned = 0;
  for (let round = 0; round < 50; round++) {
    const before = ids(churn);
    churn.change(7);
    const after = new Set(ids(churn));
    for (const id of before) if (!after.has(id)) left.add(id);
    returned += [...after].filter((id) => !before.includes(id) && left.has(id)).length;
  }
  expect(returned).toBeGreaterThan(30);
});
