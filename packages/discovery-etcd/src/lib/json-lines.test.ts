import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLines } from './json-lines.ts';

async function read(chunks: readonly Uint8Array[], maxBytes = 1_000_000): Promise<unknown[]> {
  const stream = (async function* () {
    yield* chunks;
  })();
  const all: unknown[] = [];
  for await (const message of jsonLines(stream, maxBytes)) all.push(message);
  return all;
}

describe('jsonLines', () => {
  it('finds the same messages wherever the stream is cut into chunks', async () => {
    const messages = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(200)), fc.boolean(), async (values, cuts, ends) => {
        const text = values.map((value) => JSON.stringify(value)).join('\n') + (ends ? '\n' : '');
        const bytes = Buffer.from(text);
        const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await read(chunks)).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))));
      }),
    );
  });

  it('passes over empty lines', async () => {
    expect(await read([Buffer.from('\n{"a":1}\r\n \n\n{"b":2}\n')])).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it.each(['{"a":', 'null', '[]', '"x"', '1', '<html>'])('refuses %s', async (text) => {
    await expect(read([Buffer.from(`{}\n${text}\n`)])).rejects.toThrow(/the answer is no JSON/);
  });

  it('refuses a line without an end before it fills the memory', async () => {
    const chunk = Buffer.alloc(600, 'x');
    await expect(read([chunk, chunk], 1_000)).rejects.toThrow('longer than 1000 bytes');
  });
});
