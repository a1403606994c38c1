import { expect, it } from 'vitest';
import { textTable } from './text-table.ts';

it('aligns each column to its side', () => {
  const table = textTable(
    [
      { title: 'name', align: 'left' },
      { title: 'n', align: 'right' },
    ],
    [
      ['a', '100'],
      ['longer', '7'],
    ],
  );
  expect(table).toBe('name      n\na       100\nlonger    7');
});
