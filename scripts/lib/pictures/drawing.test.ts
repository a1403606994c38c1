import { describe, expect, it } from 'vitest';
import { findDrawings, withOutputs } from './drawing.ts';

const FENCE = '```';
const DOCUMENT = [
  '# Title',
  `${FENCE}sh`,
  'pnpm sim --scenario a --strategy b c --svg docs/pictures/a.svg',
  FENCE,
  '',
  `${FENCE}text`,
  'a: 1 s',
  '',
  '  b  $&',
  FENCE,
  '',
  `${FENCE}sh`,
  'pnpm sim --scenario other --svg out.svg',
  FENCE,
].join('\n');

describe('the commands of a document', () => {
  it('are found with their line, arguments, picture and output', () => {
    expect(findDrawings('x.md', DOCUMENT)).toEqual([
      {
        line: 3,
        args: ['--scenario', 'a', '--strategy', 'b', 'c'],
        svg: 'docs/pictures/a.svg',
        output: 'a: 1 s\n\n  b  $&',
      },
    ]);
  });

  it('must not draw a picture of the document unchecked', () => {
    const wrong = DOCUMENT.replace(`${FENCE}text`, FENCE);
    expect(() => findDrawings('x.md', wrong)).toThrow('x.md:3: expected a block with one command');
  });

  it('get the output they have now', () => {
    expect(withOutputs(DOCUMENT, ['a: 1 s\n\n  b  $&'])).toBe(DOCUMENT);
    const changed = withOutputs(DOCUMENT, ['fresh $1']);
    expect(changed).toBe(DOCUMENT.replace('a: 1 s\n\n  b  $&', () => 'fresh $1'));
  });
});
