// Every link between documents leads to a file that is there, and to a heading that is in it.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './lib/workspace.ts';

const DOCUMENTS = ['*.md', 'docs/**/*.md', 'packages/*/*.md', 'apps/*/*.md', 'scripts/*/README.md'];

const documents = globSync(DOCUMENTS, { cwd: ROOT }).filter((file) => !file.includes('node_modules'));

it.each(documents.sort())('the links of %s lead somewhere', (file) => {
  const broken = linksOf(readFileSync(join(ROOT, file), 'utf8')).filter((link) => {
    const [path = '', heading] = link.split('#');
    const target = join(ROOT, dirname(file), path);
    if (path !== '' && !existsSync(target)) return true;
    if (heading === undefined) return false;
    return !headingsOf(readFileSync(documentAt(path === '' ? join(ROOT, file) : target), 'utf8')).has(
      heading,
    );
  });
  expect(broken).toEqual([]);
});

/** What is shown of a folder is its README. */
function documentAt(path: string): string {
  return statSync(path).isDirectory() ? join(path, 'README.md') : path;
}

/** Relative links outside of code. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/i.test(link));
}

/** The anchors of headings, as GitHub makes them. */
function headingsOf(text: string): Set<string> {
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
  return new Set(anchors);
}
