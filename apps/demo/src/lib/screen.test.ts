import { expect, it } from 'vitest';
import type { EndpointRow } from './endpoint-rows.ts';
import { screen } from './screen.ts';

const row = (id: string): EndpointRow => ({
  id,
  address: '127.0.0.1:65000',
  state: 'healthy',
  picks: 1_000,
  inFlight: 10,
  latencyMs: 5.25,
  errors: 3,
});
const ROWS = ['healthy-1', 'healthy-2', 'healthy-3', 'slow', 'flaky'].map(row);

/** An output of some size, and the lines that each write leaves, without what moves the cursor. */
function output(size: { isTTY: boolean; columns?: number; rows?: number }) {
  const writes: string[] = [];
  const write = (text: string | Uint8Array): boolean => writes.push(String(text)) > 0;
  return { writes, stream: { columns: 80, rows: 24, ...size, write } };
}

it('keeps each line and each frame within a small terminal, and goes up by what it wrote', () => {
  const { writes, stream } = output({ isTTY: true, columns: 30, rows: 5 });
  const live = screen(stream);
  live.show('a long line of progress that no small terminal can hold', ROWS);
  live.show('again', ROWS);
  const [first = '', second = ''] = writes;
  const lines = first.replace('\u001b[J', '').split('\n');
  expect(lines).toHaveLength(5);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(30);
  expect(second.startsWith('\u001b[4A\u001b[J')).toBe(true);
});

it('shows everything where there is room', () => {
  const { writes, stream } = output({ isTTY: true, columns: 120, rows: 40 });
  screen(stream).show('progress', ROWS);
  expect(writes[0]).toContain('flaky');
  expect(writes[0]).toContain('errors');
});

it('follows a terminal that is resized', () => {
  const { writes, stream } = output({ isTTY: true, columns: 80, rows: 4 });
  const live = screen(stream);
  live.show('progress', ROWS);
  stream.rows = 40;
  live.show('progress', ROWS);
  expect(writes.map((text) => text.split('\n').length)).toEqual([4, 9]);
});

it('writes each moment once where there is no terminal', () => {
  const { writes, stream } = output({ isTTY: false });
  const plain = screen(stream);
  const rows = ROWS.map((one) => (one.id === 'flaky' ? { ...one, state: 'ejected' } : one));
  for (const progress of ['1 of 3 s', '1 of 3 s', '2 of 3 s', '2 of 3 s | killed'])
    plain.show(progress, rows);
  expect(writes.map((text) => text.split('\n')[0])).toEqual(['1 of 3 s', '2 of 3 s', '2 of 3 s | killed']);
  expect(writes.join('')).toContain('slow 1000/3, flaky ejected 1000/3');
  expect(
    Math.max(
      ...writes
        .join('')
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(110);
});
