import { expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import type { Cell } from '../lib/report/report.ts';
import { clientFaults } from './benchmark.ts';

/** Runs one scenario in its short form; the rows by the column that names the client. */
async function run(given: Record<string, string>, column: number) {
  const { tables, targets } = await clientFaults.run(settingsOf(clientFaults, given, true, () => {}));
  const rows = new Map<Cell, readonly Cell[]>(tables[0]!.rows.map((row) => [row[column], row]));
  return { rows, targets };
}

it('compares four clients with an endpoint at fault', async () => {
  const { rows, targets } = await run({ scenarios: 'status500' }, 1);
  const success = (client: string) => rows.get(client)![2] as number;
  expect(rows.size).toBe(4);
  // A third of the answers is 500 for a client that does not mind: what is measured is really at fault.
  expect(success('BalancedPool')).toBeLessThan(70);
  expect(success('evenkeel')).toBeGreaterThan(90);
  expect(success('evenkeel + retry')).toBe(100);
  expect(targets.map(({ name }) => name)).toEqual([
    'status500, evenkeel + retry: success',
    'status500, evenkeel: success after 100',
  ]);
});

it('watches the recovery from a total outage', async () => {
  const { rows } = await run({ scenarios: 'recovery' }, 0);
  const [, failedWhileDown, firstSuccess, succeeded, , hung] = rows.get('evenkeel + retry, health checks')!;
  expect(rows.size).toBe(5);
  expect(failedWhileDown).toBeGreaterThan(0);
  expect(firstSuccess).not.toBeNaN();
  expect(succeeded).toBeGreaterThan(0);
  expect(hung).toBe(0);
  // undici's bounded pool never comes back: a client that hangs is found out.
  expect(rows.get('BalancedPool, connections: 4')![5]).toBeGreaterThan(0);
});
