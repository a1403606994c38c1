import type { Change, EndpointSelector } from '../changes/change.ts';
import { msText } from '../report/figures.ts';
import { element, text } from './elements.ts';
import type { Box } from './layout.ts';
import type { Scale } from './scale.ts';

/** What a scenario does to its endpoints, shaded behind the panels of a column. */
export function changeBands(changes: readonly Change[], column: Box, time: Scale): string {
  return changes
    .map((change) => {
      const from = time.at(change.atMs);
      const to = time.at(endOf(change));
      const { y, height } = column;
      return element('rect', { class: 'change', x: from, y, width: Math.max(2, to - from), height });
    })
    .join('');
}

/** What they are, written above a column where there is room: one that begins within another's words has none. */
export function changeLabels(changes: readonly Change[], column: Box, time: Scale): string {
  let free = column.x;
  const labels: string[] = [];
  for (const change of [...changes].sort((a, b) => a.atMs - b.atMs)) {
    const label = describeChange(change);
    const width = label.length * 6;
    const x = Math.max(column.x, Math.min(time.at(change.atMs), column.x + column.width - width));
    if (x < free) continue;
    labels.push(text(x, column.y - 4, 'tick', label));
    free = x + width + 8;
  }
  return labels.join('');
}

function endOf(change: Change): number {
  if (!('set' in change)) return change.atMs;
  return change.untilMs ?? Number.POSITIVE_INFINITY;
}

function describeChange(change: Change): string {
  if ('add' in change) return `+${change.add.length}`;
  if ('remove' in change) return `−${nameOf(change.remove)}`;
  const { condition, ...others } = change.set;
  const numbers = Object.entries(others).filter(([, value]) => typeof value === 'number');
  const told = [
    ...(condition === undefined ? [] : [condition]),
    ...numbers.map(([key, value]) => `${key} ${key === 'service' ? msText(Number(value)) : value}`),
  ];
  // A distribution says no more than its name.
  return `${nameOf(change.endpoints)}: ${(told.length > 0 ? told : Object.keys(others)).join(', ')}`;
}

function nameOf(selector: EndpointSelector): string {
  if (typeof selector === 'string') return selector;
  if (typeof selector === 'function') return 'some';
  const [first, ...rest] = selector;
  return rest.length > 2 ? `${selector.length} endpoints` : [first, ...rest].join(', ');
}
