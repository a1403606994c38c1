import type { EndpointRow } from './endpoint-rows.ts';
import { type Column, textTable } from './text-table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'endpoint', align: 'left' },
  { title: 'address', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'picks', align: 'right' },
  { title: 'in flight', align: 'right' },
  { title: 'EWMA ms', align: 'right' },
  { title: 'errors', align: 'right' },
];

/** Shows how the run goes. */
export interface Screen {
  show(progress: string, rows: readonly EndpointRow[]): void;
}

/** A table that redraws itself on a terminal; elsewhere, one plain line at a time. */
export function screen(output: NodeJS.WriteStream): Screen {
  return output.isTTY ? liveTable(output) : plainLines(output);
}

function liveTable(output: NodeJS.WriteStream): Screen {
  let height = 0;
  return {
    show(progress, rows) {
      const text = `${progress}\n\n${textTable(COLUMNS, rows.map(cells))}\n`;
      const up = height === 0 ? '' : `\u001b[${height}A`;
      output.write(`${up}\u001b[J${text}`);
      height = text.split('\n').length - 1;
    },
  };
}

function plainLines(output: NodeJS.WriteStream): Screen {
  return {
    show(progress, rows) {
      const parts = rows.map(({ id, state, picks, errors }) => `${id} ${state} ${picks}/${errors}`);
      output.write(`${progress} | endpoint state picks/errors: ${parts.join(', ')}\n`);
    },
  };
}

function cells(row: EndpointRow): string[] {
  const { id, address, state, picks, inFlight, latencyMs, errors } = row;
  return [id, address, state, String(picks), String(inFlight), latencyMs?.toFixed(1) ?? '-', String(errors)];
}
