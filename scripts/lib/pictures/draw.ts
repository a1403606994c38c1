import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../command.ts';
import type { Drawing } from './drawing.ts';

/** What a command of a document gives today. */
export interface Drawn {
  readonly output: string;
  readonly svg: string;
}

/**
 * Runs a command of a document, and has it draw elsewhere.
 *
 * @param folder where its picture goes
 * @throws when it fails, with what it said
 */
export async function draw({ args, svg }: Drawing, folder: string): Promise<Drawn> {
  const file = join(folder, svg);
  mkdirSync(dirname(file), { recursive: true });
  const { ok, output } = await runCommand('node', ['apps/simulator/src/main.ts', ...args, '--svg', file]);
  if (!ok) throw new Error(`pnpm sim ${args.join(' ')}\n${output}`);
  const lines = output.split('\n').filter((line) => line !== `wrote ${file}`);
  return { output: lines.join('\n').trimEnd(), svg: readFileSync(file, 'utf8') };
}
