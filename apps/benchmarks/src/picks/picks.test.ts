import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { picks } from './benchmark.ts';
import { startMeasurement } from './measure.ts';
import { SUBJECTS, subjectByName } from './subjects.ts';

const names = SUBJECTS.map(({ name }) => name);

describe('picks', () => {
  it.each(names)('measures %s', async (name) => {
    const { round } = await startMeasurement(subjectByName(name), 3, 1);
    for (const ns of [await round(), await round()]) {
      expect(ns).toBeGreaterThanOrEqual(0);
      expect(ns).toBeLessThan(1e6);
    }
  });

  it('gives each subject a row and each promise a target', async () => {
    const given = { subjects: 'random,cluster pick + done', endpoints: '3' };
    const { tables, targets } = await picks.run(settingsOf(picks, given, true, () => {}));
    expect(tables[0]!.rows.map(([name]) => name)).toEqual(['random', 'cluster pick + done']);
    expect(targets.map(({ name }) => name)).toEqual([
      'random, 3 endpoints',
      'cluster pick + done, 3 endpoints',
    ]);
  });

  it('refuses a number of endpoints that is none', async () => {
    const settings = settingsOf(picks, { endpoints: 'few' }, true, () => {});
    await expect(picks.run(settings)).rejects.toThrow('--endpoints');
  });
});
