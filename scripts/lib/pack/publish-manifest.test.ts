import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../workspace.ts';
import { publishManifest, readCatalog } from './publish-manifest.ts';

describe('publishManifest', () => {
  const facts = {
    versions: new Map([['@evenkeel/core', '1.2.3']]),
    catalog: new Map([['undici', '^8.12.4']]),
  };

  it('puts published exports and ranges in place', () => {
    const manifest = {
      name: '@evenkeel/x',
      exports: { '.': './src/index.ts' },
      publishConfig: { access: 'public', exports: { '.': './dist/index.js' } },
      dependencies: { '@evenkeel/core': 'workspace:^', undici: 'catalog:', other: '^1.0.0' },
      devDependencies: { '@evenkeel/core': 'workspace:^' },
    };
    expect(JSON.parse(publishManifest(JSON.stringify(manifest), facts))).toEqual({
      name: '@evenkeel/x',
      exports: { '.': './dist/index.js' },
      publishConfig: { access: 'public' },
      dependencies: { '@evenkeel/core': '^1.2.3', undici: '^8.12.4', other: '^1.0.0' },
    });
  });

  it('refuses what it cannot resolve', () => {
    const manifest = JSON.stringify({ dependencies: { nobody: 'workspace:^' } });
    expect(() => publishManifest(manifest, facts)).toThrow('the workspace has no nobody');
  });
});

describe('readCatalog', () => {
  it('reads the catalog of this workspace', () => {
    const catalog = readCatalog(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8'));
    expect(catalog.get('undici')).toMatch(/^\^8\./);
    expect(catalog.get('@biomejs/biome')).toMatch(/^\d/);
    expect(catalog.get('node')).toBe('26.x');
  });
});
