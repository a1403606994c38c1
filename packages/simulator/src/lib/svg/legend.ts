import { element, text } from './elements.ts';
import { LETTER } from './fit-text.ts';

/** A colour and what it stands for. */
export interface LegendEntry {
  /** Of the style sheet. */
  readonly className: string;
  readonly label: string;
}

/** A head line, with the colours that it explains behind it. */
export function legend(x: number, y: number, head: string, entries: readonly LegendEntry[]): string {
  const parts = [text(x, y, 'head', head)];
  let at = x + head.length * LETTER + 24;
  for (const { className, label } of entries) {
    parts.push(element('rect', { class: className, x: at, y: y - 9, width: 10, height: 10, rx: 2 }));
    parts.push(text(at + 15, y, 'note', label));
    at += 15 + label.length * LETTER + 18;
  }
  return parts.join('');
}
