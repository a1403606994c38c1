import { describe, expect, it } from 'vitest';
import { settingsOf } from '../lib/cli/settings.ts';
import { picks } from './benchmark.ts';
import { measurePicks } from './measure.ts';
import { SUBJECTS } from './subjects.ts';

const names = SUBJECTS.map(({ name }) => name);

describe('picks', () => {
  it.each(names)('measures %s', async (name) => {
    const subject = SUBJECTS.find((candidate) => candidate.name === name)!;
    const rounds = await measurePicks(subject, 3, { rounds: 2, roundMs: 1 });
    expect(rounds).toHaveLength(2);
    expect(rounds.every((ns) => ns >= 0 && ns < 1e6)).toBe(true);
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
