import { describe, expect, it } from 'vitest';
import { latin1, latin1Parts } from './latin1.ts';

const HEAD = Buffer.from('Server: n\u00e4ginx\r\nX-Empty: \r\nDate: today\r\n', 'latin1');

/** The part of the head that a text is. */
function part(text: string): Buffer {
  const at = HEAD.indexOf(text, 0, 'latin1');
  return HEAD.subarray(at, at + text.length);
}

describe('latin1', () => {
  it('makes a character of each byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, code) => code);
    expect([...latin1(bytes)].map((character) => character.charCodeAt(0))).toEqual([...bytes]);
  });

  it('decodes no more than the view of a larger buffer', () => {
    expect(latin1(part('Date'))).toBe('Date');
  });
});

describe('latin1Parts', () => {
  it('cuts parts out of the piece they lie in', () => {
    const texts = ['Server', 'n\u00e4ginx', 'X-Empty', 'Date', 'today'];
    expect(latin1Parts(texts.map(part))).toEqual(texts);
    const nothing = HEAD.subarray(8, 8);
    expect(latin1Parts([part('Server'), nothing, part('Date')])).toEqual(['Server', '', 'Date']);
  });

  it.each([
    ['none', [], []],
    ['in another order', [part('Date'), part('Server')], ['Date', 'Server']],
    ['that overlap', [part('Server'), part('erver')], ['Server', 'erver']],
    ['of several pieces', [part('Server'), Buffer.from('apart')], ['Server', 'apart']],
    ['some of which are text', ['Server', part('Date')], ['Server', 'Date']],
    ['all of which are text', ['Server', 'Date'], ['Server', 'Date']],
  ])('takes parts %s', (_, parts, texts) => {
    expect(latin1Parts(parts)).toEqual(texts);
  });

  it('decodes one by one what lies far apart', () => {
    const piece = Buffer.alloc(40_000, 'x');
    piece.write('first');
    piece.write('last', 39_996);
    expect(latin1Parts([piece.subarray(0, 5), piece.subarray(39_996)])).toEqual(['first', 'last']);
  });
});
