// Compiles and runs the examples of every README and of docs/: those opened with "ts run", or compiled only with "ts check".
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findExamples } from './lib/readmes/example.ts';
import { createSandbox, type Sandbox } from './lib/readmes/sandbox.ts';
import { ROOT } from './lib/workspace.ts';

const DOCUMENTS = ['*.md', 'docs/**/*.md', 'packages/*/*.md', 'apps/*/*.md'];

const examples = globSync(DOCUMENTS, { cwd: ROOT })
  .sort()
  .flatMap((file) => findExamples(file, readFileSync(join(ROOT, file), 'utf8')));

describe.skipIf(examples.length === 0)('the examples of the documents', () => {
  let folder: string;
  let sandbox: Sandbox;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'evenkeel-readmes-'));
    sandbox = createSandbox(folder, examples);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compile', async () => {
    expect(await sandbox.check()).toEqual({ ok: true, output: '' });
  }, 60_000);

  it.each(examples.filter(({ mode }) => mode === 'run'))('$file:$line runs', async (example) => {
    const { ok, output } = await sandbox.run(example);
    expect(ok, output).toBe(true);
  });
});
