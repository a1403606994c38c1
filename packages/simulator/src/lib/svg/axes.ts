import { countText, timeText } from '../report/figures.ts';
import { element, px, text } from './elements.ts';
import type { Box } from './layout.ts';
import type { Scale } from './scale.ts';

/** Lines across a panel, and, in the first column, the values they stand for. */
export function valueAxis(box: Box, scale: Scale, label: ((value: number) => string) | undefined): string {
  const lines = scale.ticks.map((tick) => `M${px(box.x)},${px(scale.at(tick))}h${px(box.width)}`).join('');
  const labels = scale.ticks.map((tick) =>
    label === undefined ? '' : text(box.x - 8, scale.at(tick) + 4, 'tick', label(tick), 'end'),
  );
  return element('path', { class: 'grid', d: lines }) + labels.join('');
}

/** The times below a column. */
export function timeAxis(box: Box, scale: Scale): string {
  const y = box.y + box.height + 16;
  return scale.ticks
    .map((tick) => {
      const x = scale.at(tick);
      const isAtEnd = x > box.x + box.width - 20;
      return text(x, y, 'tick', tick === 0 ? '0' : timeText(tick), isAtEnd ? 'end' : 'middle');
    })
    .join('');
}

/** A value of an axis, short. */
export function tickText(value: number): string {
  return Number.isInteger(value) ? countText(value) : String(Number(value.toPrecision(3)));
}
