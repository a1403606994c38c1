import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { debianSource } from './debian-source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("uses the machine's own mirror with another suite", () => {
  const security =
    'Types: deb\nURIs: http://mirror.test/debian-security\nSuites: trixie-security\nComponents: main\n';
  const main =
    '# note\nTypes: deb\nURIs: http://mirror.test/debian\nSuites: trixie trixie-updates\nComponents: main\n';
  writeFileSync(join(folder, 'debian.sources'), `${security}\n${main}`);
  expect(debianSource('bookworm', folder)).toBe(
    'Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main\n',
  );
});

it('says so where the machine has none', () => {
  writeFileSync(join(folder, 'other.sources'), 'Types: deb\nURIs: http://x.test/tools\nSuites: stable\n');
  expect(() => debianSource('bullseye', folder)).toThrow(`no source of Debian packages in ${folder}`);
  expect(() => debianSource('bullseye', join(folder, 'missing'))).toThrow('no source of Debian packages in');
});
