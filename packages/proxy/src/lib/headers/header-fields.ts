import type { RawHeaders } from '../exchange.ts';

/** A list of header fields that can be changed. Names match in any case; order, case and duplicates of what is left alone stay. */
export interface HeaderFields {
  /** The list itself: names and values in turn. */
  readonly raw: RawHeaders;
  /** The first value of a field. */
  get(name: string): string | undefined;
  /** Every value of a field, in order. */
  getAll(name: string): string[];
  /** Replaces all values of a field by one, in the place of the first. */
  set(name: string, value: string): void;
  /** Adds a value behind all others. */
  append(name: string, value: string): void;
  delete(name: string): void;
}

/**
 * Makes a changeable list of one that nobody else uses: it is changed in place.
 *
 * @param raw names and values in turn
 */
export function headerFields(raw: string[]): HeaderFields {
  return new RawHeaderFields(raw);
}

class RawHeaderFields implements HeaderFields {
  readonly raw: string[];

  constructor(raw: string[]) {
    this.raw = raw;
  }

  get(name: string): string | undefined {
    const at = this.find(name.toLowerCase(), 0);
    return at === -1 ? undefined : this.raw[at + 1];
  }

  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let at = this.find(lower, 0); at !== -1; at = this.find(lower, at + 2)) {
      values.push(this.raw[at + 1] as string);
    }
    return values;
  }

  set(name: string, value: string): void {
    const at = this.find(name.toLowerCase(), 0);
    if (at === -1) {
      this.raw.push(name, value);
      return;
    }
    this.raw[at + 1] = value;
    this.deleteFrom(name.toLowerCase(), at + 2);
  }

  append(name: string, value: string): void {
    this.raw.push(name, value);
  }

  delete(name: string): void {
    this.deleteFrom(name.toLowerCase(), 0);
  }

  private deleteFrom(lower: string, start: number): void {
    for (let at = this.find(lower, start); at !== -1; at = this.find(lower, at)) this.raw.splice(at, 2);
  }

  private find(lower: string, start: number): number {
    const { raw } = this;
    for (let i = start; i + 1 < raw.length; i += 2) {
      const field = raw[i] as string;
      if (field.length === lower.length && field.toLowerCase() === lower) return i;
    }
    return -1;
  }
}
