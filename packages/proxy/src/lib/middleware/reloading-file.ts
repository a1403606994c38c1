import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '@evenkeel/core';

/** How a file is followed. */
export interface ReloadingFileOptions<T> {
  readonly path: string;
  /** Makes something of the text; throws when it is none. */
  readonly parse: (text: string) => T;
  /** How often it may be looked at, in ms. */
  readonly reloadMs: number;
  readonly clock: Clock;
  /** Hears why a changed file was not taken, once for each change. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads a file, and again when it has changed: looked at by those who ask, so there is no watch and no timer to end. A file that is gone or
 * wrong leaves what was read before.
 *
 * @returns what is in the file now
 * @throws what reading or parsing throws, the first time
 */
export function reloadingFile<T>(options: ReloadingFileOptions<T>): () => Promise<T> {
  const { path, parse, reloadMs, clock, onError } = options;
  let mark = markOf(statSync(path));
  let value = parse(readFileSync(path, 'utf8'));
  let checkedAt = clock.now();
  let checking: Promise<void> | undefined;

  const check = async (): Promise<void> => {
    let current = 'gone';
    try {
      current = markOf(await stat(path));
      if (current !== mark) value = parse(await readFile(path, 'utf8'));
    } catch (error) {
      if (current !== mark) onError(error);
    }
    mark = current;
  };
  return async () => {
    if (clock.now() - checkedAt >= reloadMs) {
      checkedAt = clock.now();
      checking = check().finally(() => {
        checking = undefined;
      });
    }
    await checking;
    return value;
  };
}

/** Differs when the file was written, or another one put in its place. */
function markOf({
  ino,
  size,
  mtimeMs,
  ctimeMs,
}: {
  ino: number;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
}): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
