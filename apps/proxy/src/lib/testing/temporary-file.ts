import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file in a folder of its own, gone at the end of its scope. */
export interface TemporaryFile extends AsyncDisposable {
  readonly path: string;
}

/** Writes a file. */
export async function temporaryFile(name: string, text: string): Promise<TemporaryFile> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  const path = join(folder, name);
  await writeFile(path, text);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
