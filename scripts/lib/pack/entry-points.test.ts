import { expect, it } from 'vitest';
import { entryPoints, exportTargets } from './entry-points.ts';

const manifest = (exports: Record<string, unknown>) => ({ name: '@evenkeel/a', version: '0.0.0', exports });
const target = (path: string) => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` });

it('lists the root and each subpath', () => {
  expect(entryPoints(manifest({ '.': target('index'), './testing': target('testing') }), [])).toEqual([
    '@evenkeel/a',
    '@evenkeel/a/testing',
  ]);
});

it('expands a pattern over the packed files', () => {
  const files = ['dist/index.js', 'dist/lib/p2c.js', 'dist/lib/p2c.d.ts', 'dist/lib/random.js'];
  expect(entryPoints(manifest({ './*': target('lib/*') }), files)).toEqual([
    '@evenkeel/a/p2c',
    '@evenkeel/a/random',
  ]);
});

it('leaves out data', () => {
  expect(entryPoints(manifest({ './package.json': './package.json' }), [])).toEqual([]);
});

it('finds the targets under nested conditions', () => {
  expect(exportTargets({ node: { types: './a.d.ts', default: './a.js' }, default: './b.js' })).toEqual([
    './a.d.ts',
    './a.js',
    './b.js',
  ]);
});
