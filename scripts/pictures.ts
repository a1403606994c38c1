// Runs every command of docs/strategies.md that draws: renews the pictures, and what the document says of them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { draw } from './lib/pictures/draw.ts';
import { findDrawings, withOutputs } from './lib/pictures/drawing.ts';
import { withTempFolder } from './lib/with-temp-folder.ts';
import { ROOT } from './lib/workspace.ts';

const FILE = 'docs/strategies.md';

const markdown = readFileSync(join(ROOT, FILE), 'utf8');
const outputs: string[] = [];
await withTempFolder('pictures', async (folder) => {
  for (const drawing of findDrawings(FILE, markdown)) {
    const { output, svg } = await draw(drawing, folder);
    const file = join(ROOT, drawing.svg);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, svg);
    outputs.push(output);
    console.log(`drew ${drawing.svg}, ${Math.ceil(svg.length / 1_000)} kB`);
  }
});
writeFileSync(join(ROOT, FILE), withOutputs(markdown, outputs));
