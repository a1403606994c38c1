import { Ambiguous, readFields, valuesOf } from './strict-head.ts';

/** The content of a message, as far as it has come. */
export interface StrictContent {
  readonly content: string;
  readonly trailers: readonly string[];
  /** Where the next message begins. */
  readonly end: number;
  /** Whether the message said that this is all of it. */
  readonly complete: boolean;
}

/** How a message says where its content ends: a number of bytes, chunks, or not at all. */
export type Framing = number | 'chunked' | 'none';

/** Reads the framing of a message, which may be said once and in one way (RFC 9112 §6). */
export function framingOf(fields: readonly string[]): Framing {
  const codings = valuesOf(fields, 'transfer-encoding');
  const lengths = valuesOf(fields, 'content-length');
  if (codings.length + lengths.length > 1) throw new Ambiguous('the length is said twice');
  const [coding] = codings;
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new Ambiguous(`Transfer-Encoding: ${coding}`);
    return 'chunked';
  }
  const [length] = lengths;
  if (length === undefined) return 'none';
  if (!/^\d{1,15}$/.test(length)) throw new Ambiguous(`Content-Length: ${length}`);
  return Number(length);
}

/** Reads a number of bytes, or chunks. */
export function readContent(text: string, from: number, framing: number | 'chunked'): StrictContent {
  if (framing === 'chunked') return readChunks(text, from);
  const content = text.slice(from, from + framing);
  return { content, trailers: [], end: from + content.length, complete: content.length === framing };
}

const CHUNK = /([0-9a-f]{1,12})(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n/iy;

function readChunks(text: string, from: number): StrictContent {
  let content = '';
  let at = from;
  for (;;) {
    CHUNK.lastIndex = at;
    const [line, size] = CHUNK.exec(text) ?? [];
    if (line === undefined || size === undefined) {
      if (text.indexOf('\r\n', at) !== -1)
        throw new Ambiguous(`no chunk: ${JSON.stringify(text.slice(at, at + 40))}`);
      return { content, trailers: [], end: text.length, complete: false };
    }
    at += line.length;
    const length = Number.parseInt(size, 16);
    if (length === 0) return readTrailers(text, at, content);
    content += text.slice(at, at + length);
    at += length;
    if (at + 2 > text.length) return { content, trailers: [], end: text.length, complete: false };
    if (text.slice(at, at + 2) !== '\r\n') throw new Ambiguous('a chunk is longer than it says');
    at += 2;
  }
}

function readTrailers(text: string, from: number, content: string): StrictContent {
  if (text.startsWith('\r\n', from)) return { content, trailers: [], end: from + 2, complete: true };
  const end = text.indexOf('\r\n\r\n', from);
  if (end === -1) return { content, trailers: [], end: text.length, complete: false };
  return { content, trailers: readFields(text.slice(from, end).split('\r\n')), end: end + 4, complete: true };
}
