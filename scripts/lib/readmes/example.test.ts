import { describe, expect, it } from 'vitest';
import { findExamples } from './example.ts';

const FENCE = '```';

describe('findExamples', () => {
  it('finds marked blocks with the line of their first line of code', () => {
    const markdown = [
      '# Title',
      '',
      `${FENCE}ts run`,
      'one();',
      'two();',
      FENCE,
      `${FENCE}ts check`,
      'three();',
      FENCE,
    ];
    expect(findExamples('README.md', markdown.join('\n'))).toEqual([
      { file: 'README.md', line: 4, code: 'one();\ntwo();\n', mode: 'run' },
      { file: 'README.md', line: 8, code: 'three();\n', mode: 'check' },
    ]);
  });

  it('leaves out plain and other blocks', () => {
    const markdown = [
      `${FENCE}ts`,
      'one();',
      FENCE,
      `${FENCE}sh`,
      'pnpm test',
      FENCE,
      '',
      `${FENCE}`,
      'x',
      FENCE,
    ];
    expect(findExamples('README.md', markdown.join('\n'))).toEqual([]);
  });

  it('rejects an unknown mark', () => {
    expect(() => findExamples('README.md', `\n${FENCE}ts runn\none();\n${FENCE}\n`)).toThrow(
      'README.md:2: got "ts runn", expected "ts", "ts run" or "ts check"',
    );
  });
});
