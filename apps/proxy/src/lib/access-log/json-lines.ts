import { type FieldReader, fieldReader } from './fields.ts';
import type { LineWriter } from './template.ts';

/** Writes events as JSON with these fields, in order; what an event has not is left out. */
export function jsonLines(fields: readonly string[]): LineWriter {
  const readers = fields.flatMap((name): [string, FieldReader][] => {
    const read = fieldReader(name);
    return read === undefined ? [] : [[name, read]];
  });
  return (event) => JSON.stringify(Object.fromEntries(readers.map(([name, read]) => [name, read(event)])));
}
