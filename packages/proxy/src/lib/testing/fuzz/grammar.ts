import fc from 'fast-check';

/** One of the values in a text, which ` | ` divides; `∅` is the empty one. */
export function pick(values: string): fc.Arbitrary<string> {
  return fc.constantFrom(...split(values));
}

/** Mostly the first of such values, now and then one of the others. */
export function mostly(values: string): fc.Arbitrary<string> {
  const [usual = '', ...odd] = split(values);
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

function split(values: string): string[] {
  return values.split(' | ').map((value) => (value === '∅' ? '' : value));
}

/** The end of a line, or what may be taken for one. */
export const eol: fc.Arbitrary<string> = mostly('\r\n | \n | \r | \r\r\n | ∅');

/** The field that frames a content, and its bytes. */
export interface Framed {
  readonly field: string;
  readonly bytes: string;
}

/** Content in chunks, most of them right. */
export function chunked(content: fc.Arbitrary<string>): fc.Arbitrary<Framed> {
  const parts = {
    chunks: fc.array(content, { maxLength: 3 }),
    extension: mostly('∅ | ;a=b | ;a="b\r\n" |  ;a | ; | \t | ;\n'),
    off: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1),
    prefix: mostly('∅ | 0 | + | 0x |   | - | f0000000000000000'),
    end: mostly(
      `0\r\n\r\n | 0\r\nX-T: 1\r\n\r\n | 0\r\nHost: x\r\nContent-Length: 5\r\n\r\n | 0\r\n | 00\r\n\r\n | 0\n\n | 0\r\n\n | ∅`,
    ),
    behind: eol,
  };
  return fc.record(parts).map(({ chunks, extension, off, prefix, end, behind }) => {
    const body = chunks
      .filter((chunk) => chunk !== '')
      .map((chunk) => `${prefix}${(chunk.length + off).toString(16)}${extension}\r\n${chunk}${behind}`);
    return { field: 'Transfer-Encoding: chunked\r\n', bytes: body.join('') + end };
  });
}

/** Content with a length, which is mostly right. */
export function sized(content: fc.Arbitrary<string>): fc.Arbitrary<Framed> {
  return fc
    .record({ bytes: content, off: fc.constantFrom(0, 0, 0, 0, 1, -1, 100) })
    .map(({ bytes, off }) => ({ field: `Content-Length: ${bytes.length + off}\r\n`, bytes }));
}

/** One change to a text. */
export interface Mutation {
  readonly at: number;
  readonly cut: number;
  readonly insert: string;
}

/** Bytes taken out, and others that mean something put in: a token, or the text that is given. */
export function mutation(token: string): fc.Arbitrary<Mutation> {
  const tokens = pick(
    '\r | \n | \r\n | \r\n\r\n | \0 |   | \t | : | , | ; | 0 | 5 | \x0b | \xa0 | \xff | chunked',
  );
  const insert = fc.oneof(fc.constant(''), tokens, fc.constant(token));
  return fc.record({ at: fc.nat(1_000), cut: fc.nat(3), insert });
}

/** Makes the changes, one after the other. */
export function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((bytes, { at, cut, insert }) => {
    const place = at % (bytes.length + 1);
    return bytes.slice(0, place) + insert + bytes.slice(place + cut);
  }, text);
}

/** Turns any numbers into places within a text, in order. */
export function places(text: string, cuts: readonly number[]): number[] {
  return cuts.map((at) => at % (text.length + 1)).sort((a, b) => a - b);
}
