import { oneLine } from '../events/one-line.ts';
import { type FieldReader, fieldReader, type LoggedEvent } from './fields.ts';

/** Writes the line of an event. */
export type LineWriter = (event: LoggedEvent) => string;

const PART = /%\{([^}]*)\}/g;

/** The names in a template that no field has. */
export function unknownFields(template: string): string[] {
  return Array.from(template.matchAll(PART), ([, name = '']) => name).filter(
    (name) => fieldReader(name) === undefined,
  );
}

/** Compiles a template: `%{status}` is the field of that name, `-` where there is none; a `"` in a value is `\x22`, so that quotes around it hold. */
export function templateLines(template: string): LineWriter {
  const parts: (string | FieldReader)[] = [];
  let end = 0;
  for (const match of template.matchAll(PART)) {
    parts.push(template.slice(end, match.index), fieldReader(match[1] ?? '') ?? match[0]);
    end = match.index + match[0].length;
  }
  parts.push(template.slice(end));
  return (event) => parts.map((part) => (typeof part === 'string' ? part : text(part(event)))).join('');
}

function text(value: unknown): string {
  if (value === undefined || value === '') return '-';
  const plain = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return oneLine(plain.replaceAll('\\', '\\x5c').replaceAll('"', '\\x22'));
}
