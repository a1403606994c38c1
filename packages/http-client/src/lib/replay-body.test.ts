import { Readable } from 'node:stream';
import { settle } from '@evenkeel/core/testing';
import { describe, expect, test } from 'vitest';
import type { RequestBody } from './body.ts';
import { requestBody } from './request-body.ts';

async function read(body: RequestBody): Promise<string> {
  let text = '';
  for await (const chunk of body.open() as unknown as AsyncIterable<Uint8Array | string>)
    text += String(chunk);
  return text;
}

function pushed(): { readonly stream: Readable; push(chunk: string | null): void } {
  const stream = new Readable({ read() {} });
  return { stream, push: (chunk) => void stream.push(chunk) };
}

describe('a body that is whole', () => {
  test.each([[null], ['text'], [Buffer.from('bytes')], [new Uint8Array(3)], [new Blob(['blob'])]])(
    '%o goes out as it is, any number of times',
    (value) => {
      const body = requestBody(value as never, 1_000);
      expect([body.open(), body.open(), body.replayable, body.shareable]).toEqual([value, value, true, true]);
    },
  );
});

describe('a stream without a buffer', () => {
  test('goes to undici itself, and can be sent again until somebody reads', async () => {
    const { stream, push } = pushed();
    const body = requestBody(stream, 0);
    expect([body.open(), body.replayable, body.shareable]).toEqual([stream, true, false]);
    push('x');
    stream.resume();
    await settle();
    expect(body.replayable).toBe(false);
  });

  test('an iterable can be sent again until the first chunk was read', async () => {
    const body = requestBody(
      (async function* () {
        yield 'one';
      })() as never,
      0,
    );
    expect(body.replayable).toBe(true);
    expect(await read(body)).toBe('one');
    expect(body.replayable).toBe(false);
  });
});

describe('a stream with a buffer', () => {
  test.each([
    ['a stream', () => Readable.from(['one ', 'two'])],
    [
      'an async iterable',
      () =>
        (async function* () {
          yield* ['one ', 'two'];
        })(),
    ],
    ['a web stream', () => new Blob(['one two']).stream()],
    ['an array', () => ['one ', 'two']],
  ])('%s is read again from the start', async (_name, source) => {
    const body = requestBody(source() as never, 100);
    const texts = [await read(body), await read(body)].map((text) =>
      /^\d/.test(text) ? String(Buffer.from(text.split(',').map(Number))) : text,
    );
    expect(texts).toEqual(['one two', 'one two']);
    expect([body.replayable, body.shareable]).toEqual([true, true]);
  });

  test('a reader that a new one replaced ends with an error; the new one gets all, and no chunk is lost', async () => {
    const { stream, push } = pushed();
    const body = requestBody(stream, 100);
    const first = read(body);
    first.catch(() => {});
    push('one ');
    await settle();
    const second = read(body);
    await settle();
    push('two');
    push(null);
    expect(await second).toBe('one two');
    await expect(first).rejects.toThrow('another attempt');
    expect(body.failedWith(await first.catch((error: unknown) => error))).toBe(false);
  });

  test('past the limit the rest still comes, but only once', async () => {
    const { stream, push } = pushed();
    const body = requestBody(stream, 5);
    const reading = read(body);
    push('1234');
    await settle();
    expect(body.replayable).toBe(true);
    push('5678');
    await settle();
    expect(body.replayable).toBe(false);
    push('9');
    push(null);
    expect(await reading).toBe('123456789');
  });

  test('the limit passed while a new reader is still behind loses nothing', async () => {
    const { stream, push } = pushed();
    const body = requestBody(stream, 5);
    const first = (body.open() as unknown as AsyncIterable<string>)[Symbol.asyncIterator]();
    push('1234');
    await first.next();
    const pending = first.next();
    pending.catch(() => {});
    const second = read(body);
    push('5678');
    push(null);
    expect(await second).toBe('12345678');
    await expect(pending).rejects.toThrow('another attempt');
  });

  test('an error of the source is told to every reader, and known as the body’s own', async () => {
    const broken = new Error('source broke');
    const body = requestBody(
      (async function* () {
        yield 'one';
        throw broken;
      })() as never,
      100,
    );
    await expect(read(body)).rejects.toBe(broken);
    await expect(read(body)).rejects.toBe(broken);
    expect([body.failedWith(broken), body.failedWith(new Error('other')), body.replayable]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('giving it up destroys the source, if anybody had begun to read it', async () => {
    const begun = Readable.from(['one', 'two']);
    const body = requestBody(begun, 100);
    const reader = (body.open() as unknown as AsyncIterable<string>)[Symbol.asyncIterator]();
    await reader.next();
    body.close();
    await settle();
    expect(begun.destroyed).toBe(true);
    await expect(reader.next()).rejects.toThrow();
    const untouched = Readable.from(['one']);
    const other = requestBody(untouched, 100);
    other.open();
    other.close();
    expect(untouched.destroyed).toBe(false);
    let returned = false;
    const generator = (async function* () {
      try {
        yield 'one';
        yield 'two';
      } finally {
        returned = true;
      }
    })();
    const third = requestBody(generator as never, 100);
    await (third.open() as unknown as AsyncIterable<string>)[Symbol.asyncIterator]().next();
    third.close();
    await settle();
    expect(returned).toBe(true);
  });
});
