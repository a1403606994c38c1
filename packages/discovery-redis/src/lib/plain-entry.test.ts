import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readPlainEntries } from './plain-entry.ts';

const ids = (...texts: string[]) => readPlainEntries(texts).endpoints.map(({ id }) => id);

describe('readPlainEntries', () => {
  it.each([
    ['a:80', 'a:80'],
    ['A.example:80', 'a.example:80'],
    ['[2001:db8::1]:80', '[2001:db8::1]:80'],
    ['http://a', 'a:80'],
    ['https://a/path?x', 'a:443'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['{"host":"a","port":80}', 'a:80'],
    ['{"host":"a","port":"80"}', 'a:80'],
    ['{"address":"a:80"}', 'a:80'],
    ['{"id":"x","host":"a","port":80}', 'x'],
    ['"a:80"', 'a:80'],
  ])('reads %s', (text, id) => {
    expect(ids(text)).toEqual([id]);
  });

  it('reads many in one text', () => {
    expect(ids('a:1, b:2\nc:3')).toEqual(['a:1', 'b:2', 'c:3']);
    expect(ids('["a:1", {"address":"b:2"}]')).toEqual(['a:1', 'b:2']);
  });

  it('keeps the first of the same address', () => {
    const { endpoints } = readPlainEntries(['{"host":"a","port":1,"weight":5}', 'A:1', 'http://a:1']);
    expect(endpoints.map(({ weight }) => weight)).toEqual([5]);
  });

  it.each(['a', 'a:0', 'a:70000', 'ftp://a', '{"host":"a"}', '{', '7', 'null', 'a b', '[1]'])(
    'says that %s is none',
    (text) => {
      const { endpoints, problems } = readPlainEntries([text]);
      expect(endpoints).toEqual([]);
      expect(problems.length).toBeGreaterThan(0);
    },
  );

  test('any text is endpoints or problems, and never an exception', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (texts) => {
        const { endpoints } = readPlainEntries(texts);
        for (const { port } of endpoints) expect(port).toBeGreaterThan(0);
      }),
    );
  });
});
