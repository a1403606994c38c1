/** A member of a structured dictionary: its value, without parameters. */
export type DictionaryMember = number | string | boolean | 'list';

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;
const DECIMAL = /-?\d{1,12}\.\d{1,3}(?!\d)/y;
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?[01]/y;
const DATE = /@-?\d{1,15}/y;

/**
 * Reads a Dictionary of structured fields: RFC 9651 3.2 and 4.2.
 *
 * @returns undefined when it is empty or cannot be parsed: such a field must be ignored as a whole
 */
export function parseDictionary(text: string): ReadonlyMap<string, DictionaryMember> | undefined {
  const members = new Map<string, DictionaryMember>();
  const input = new Scanner(text.replace(/^ +| +$/g, ''));
  if (input.done) return undefined;
  while (true) {
    const key = input.take(KEY);
    if (key === undefined) return undefined;
    const value = input.skip('=') ? readMember(input) : true;
    if (value === undefined || !skipParameters(input)) return undefined;
    members.set(key, value);
    input.take(/[ \t]*/y);
    if (input.done) return members;
    if (!input.skip(',')) return undefined;
    input.take(/[ \t]*/y);
    if (input.done) return undefined;
  }
}

function readMember(input: Scanner): DictionaryMember | undefined {
  if (!input.skip('(')) return readItem(input);
  while (true) {
    input.take(/ */y);
    if (input.skip(')')) return 'list';
    if (readItem(input) === undefined || !skipParameters(input) || input.take(/ +|(?=\))/y) === undefined) {
      return undefined;
    }
  }
}

function readItem(input: Scanner): DictionaryMember | undefined {
  const number = input.take(INTEGER) ?? input.take(DECIMAL);
  if (number !== undefined) return Number(number);
  const boolean = input.take(BOOLEAN);
  if (boolean !== undefined) return boolean === '?1';
  return input.take(STRING) ?? input.take(TOKEN) ?? input.take(BYTES) ?? input.take(DATE);
}

function skipParameters(input: Scanner): boolean {
  while (input.skip(';')) {
    input.take(/ */y);
    if (input.take(KEY) === undefined) return false;
    if (input.skip('=') && readItem(input) === undefined) return false;
  }
  return true;
}

class Scanner {
  private index = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.index >= this.text.length;
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.index;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.index = pattern.lastIndex;
    return match[0];
  }

  skip(character: string): boolean {
    if (this.text[this.index] !== character) return false;
    this.index++;
    return true;
  }
}
