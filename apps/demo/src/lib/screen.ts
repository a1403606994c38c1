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

/** Where a screen writes; a terminal knows its size, in characters. */
export type ScreenOutput = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

/** A table that redraws itself on a terminal; elsewhere, plain lines. */
export function screen(output: ScreenOutput): Screen {
  return output.isTTY ? liveTable(output) : plainLines(output);
}

function liveTable(output: ScreenOutput): Screen {
  let height = 0;
  return {
    show(progress, rows) {
      // A line that wraps, or a frame that scrolls, could not be overwritten by the next frame.
      const frame = `${progress}\n\n${textTable(COLUMNS, rows.map(cells))}`
        .split('\n')
        .slice(0, Math.max(1, (output.rows ?? 24) - 1))
        .map((line) => line.slice(0, Math.max(1, (output.columns ?? 80) - 1)));
      const up = height === 0 ? '' : `\u001b[${height}A`;
      output.write(`${up}\u001b[J${frame.join('\n')}\n`);
      height = frame.length;
    },
  };
}

/** Two lines for each second: how far the run is, and what every endpoint has got. */
function plainLines(output: ScreenOutput): Screen {
  let last = '';
  return {
    show(progress, rows) {
      if (progress === last) return;
      last = progress;
      const parts = rows.map(({ id, state, picks, errors }) => {
        return `${id}${state === 'healthy' ? '' : ` ${state}`} ${picks}/${errors}`;
      });
      output.write(`${progress}\n  picks/errors: ${parts.join(', ')}\n`);
    },
  };
}

function cells(row: EndpointRow): string[] {
  const { id, address, state, picks, inFlight, latencyMs, errors } = row;
  return [id, address, state, String(picks), String(inFlight), latencyMs?.toFixed(1) ?? '-', String(errors)];
}
