// Runs every command of docs/strategies.md that draws, and compares what it prints and draws with the document.
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draw } from './lib/pictures/draw.ts';
import { findDrawings } from './lib/pictures/drawing.ts';
import { ROOT } from './lib/workspace.ts';

const FILE = 'docs/strategies.md';
const markdown = readFileSync(join(ROOT, FILE), 'utf8');
const drawings = findDrawings(FILE, markdown);

describe(`the pictures of ${FILE}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'evenkeel-pictures-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(drawings)(
    '$svg is what its command draws and says (`node scripts/pictures.ts` renews them)',
    async (drawing) => {
      const { output, svg } = await draw(drawing, folder);
      expect(output).toBe(drawing.output);
      expect(svg === readFileSync(join(ROOT, drawing.svg), 'utf8')).toBe(true);
      expect(svg.length).toBeLessThan(60_000);
    },
    120_000,
  );

  it('are all shown, and there is no other', () => {
    const shown = [...markdown.matchAll(/!\[[^\]]+\]\((pictures\/\S+\.svg)\)/g)].map(
      ([, file]) => `docs/${file}`,
    );
    expect(shown).toEqual(drawings.map(({ svg }) => svg));
    expect(globSync('docs/pictures/*', { cwd: ROOT }).sort()).toEqual([...shown].sort());
  });
});
