import { describe, expect, it } from 'vitest';
import type { Manifest } from '../workspace.ts';
import { checkContents } from './check-contents.ts';

const FILES = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];
const MANIFEST: Manifest = {
  name: '@evenkeel/a',
  version: '0.0.0',
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
};

describe('checkContents', () => {
  it('accepts a complete package', () => {
    expect(checkContents(MANIFEST, FILES)).toEqual([]);
  });

  it('wants the README, the licence and every exported file', () => {
    expect(checkContents(MANIFEST, ['package.json', 'dist/index.js'])).toEqual([
      'README.md is missing',
      'LICENSE is missing',
      'exports name ./dist/index.d.ts, which is missing',
    ]);
  });

  it('wants a pattern to match something', () => {
    const exports = { './*': './dist/lib/*.js' };
    expect(checkContents({ ...MANIFEST, exports }, FILES)).toEqual([
      'exports name ./dist/lib/*.js, which is missing',
    ]);
    expect(checkContents({ ...MANIFEST, exports }, [...FILES, 'dist/lib/a.js'])).toEqual([]);
  });

  it.each(['dist/a.test.js', 'dist/a.bench.d.ts', 'dist/.tsbuildinfo', 'dist/a.js.map', 'src/index.ts'])(
    'keeps %s out',
    (file) => {
      expect(checkContents(MANIFEST, [...FILES, file])).toEqual([`${file} must not be published`]);
    },
  );

  it('finds ranges that hold in the workspace only', () => {
    expect(checkContents({ ...MANIFEST, peerDependencies: { b: 'workspace:^' } }, FILES)).toEqual([
      'b has the local range workspace:^',
    ]);
  });
});
