import { expect, it } from 'vitest';
import { formatReport, formatTable } from './format-report.ts';
import { atLeast, atMost } from './report.ts';

it('pads texts to the right and figures to the left', () => {
  const table = formatTable({
    title: 'Picks',
    columns: [{ title: 'strategy' }, { title: 'ns', digits: 1 }],
    rows: [
      ['random', 7.25],
      ['round-robin', 12_345],
      ['none', undefined],
    ],
  });
  expect(table.split('\n')).toEqual([
    '### Picks',
    '',
    '| strategy    |      ns |',
    '| ----------- | ------: |',
    '| random      |     7.3 |',
    '| round-robin | 12345.0 |',
    '| none        |       – |',
  ]);
});

it('says which targets were missed', () => {
  const text = formatReport({
    tables: [],
    targets: [atMost('pick', 31.26, 30, 'ns'), atLeast('success', 99.9, 99.9, '%')],
    notes: ['one note'],
  });
  expect(text).toMatch(/pick +\| ≤ 30 ns +\| 31\.26 ns \| NO/);
  expect(text).toMatch(/success +\| ≥ 99\.9 % +\| 99\.9 % +\| yes/);
  expect(text.endsWith('- one note')).toBe(true);
});
