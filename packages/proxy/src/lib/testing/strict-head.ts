/** What a strict reader cannot take for one thing alone. */
export class Ambiguous extends Error {}

/** The first line of a message and its fields, read without any leniency (RFC 9112 §2 to §5). */
export interface StrictHead {
  readonly line: string;
  /** Names and values in turn, as they were sent; the white space around values is left out. */
  readonly fields: readonly string[];
  /** Where the content begins. */
  readonly end: number;
}

const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/;

/** Reads a head that begins at `from`; undefined while its end has not come. */
export function readHead(text: string, from: number): StrictHead | undefined {
  const end = text.indexOf('\r\n\r\n', from);
  if (end === -1) return undefined;
  const [line = '', ...rest] = text.slice(from, end).split('\r\n');
  return { line, fields: readFields(rest), end: end + 4 };
}

/** Reads field lines, each of which must be one. */
export function readFields(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Ambiguous(`no field: ${JSON.stringify(line)}`);
    return [name, value];
  });
}

/** The values of a field, in order. `name` is lower case. */
export function valuesOf(fields: readonly string[], name: string): string[] {
  return fields.filter((_, i) => i % 2 === 1 && fields[i - 1]?.toLowerCase() === name);
}
