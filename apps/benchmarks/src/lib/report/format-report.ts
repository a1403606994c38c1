import type { Cell, Report, Table, Target } from './report.ts';

/** Writes a report as Markdown, whose tables also read well in a terminal. */
export function formatReport({ tables, targets, notes }: Report): string {
  const parts = tables.map(formatTable);
  if (targets.length > 0) parts.push(formatTable(targetTable(targets)));
  if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join('\n'));
  return parts.join('\n\n');
}

/** Writes one table, texts to the left and figures to the right. */
export function formatTable({ title, columns, rows }: Table): string {
  const texts = rows.map((row) => columns.map(({ digits = 0 }, index) => cellText(row[index], digits)));
  const numeric = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  const widths = columns.map((column, index) =>
    Math.max(3, column.title.length, ...texts.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, index) => {
      const width = widths[index] ?? 0;
      return numeric[index] ? cell.padStart(width) : cell.padEnd(width);
    });
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, index) =>
    numeric[index] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [
    `### ${title}`,
    '',
    line(columns.map((column) => column.title)),
    line(rule),
    ...texts.map((row) => line(row)),
  ].join('\n');
}

function cellText(cell: Cell, digits: number): string {
  if (cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  return Number.isFinite(cell) ? cell.toFixed(digits) : '–';
}

function targetTable(targets: readonly Target[]): Table {
  return {
    title: 'Targets',
    columns: [{ title: 'target' }, { title: 'promised' }, { title: 'measured' }, { title: 'met' }],
    rows: targets.map(({ name, promised, measured, met }) => [name, promised, measured, met ? 'yes' : 'NO']),
  };
}
