import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Clock, InvalidOptionsError } from '@evenkeel/core';
import { directoryWatch } from '@evenkeel/core/driver';
import type { ResolvedTlsOptions } from './tls-options.ts';

/** Files as they were read at one time. */
export interface PemFiles {
  /** The same for the same contents. */
  readonly print: string;
  /** @throws InvalidOptionsError naming the field, when the file could not be read */
  text(field: string, path: string): string;
}

/** Files are read once they were left alone for this long, in ms: a certificate and its key are two files. */
const SETTLE_MS = 100;

/** Every file that TLS options name. */
export function tlsFiles({ certificates, clientAuth }: ResolvedTlsOptions): readonly string[] {
  const paths = certificates.flatMap(({ certFile, keyFile }) => [certFile, keyFile]);
  return [...new Set(clientAuth === undefined ? paths : [...paths, clientAuth.caFile])];
}

/** Reads all files; one that cannot be read is an error only when it is asked for. */
export async function readPemFiles(paths: readonly string[]): Promise<PemFiles> {
  const read = await Promise.all(
    paths.map(async (path) => {
      const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error);
      return [path, content] as const;
    }),
  );
  const contents = new Map(read);
  return {
    print: read.map(([, content]) => (typeof content === 'string' ? content : content.code)).join('\0'),
    text(field, path) {
      const content = contents.get(path);
      if (typeof content === 'string') return content;
      throw new InvalidOptionsError(
        field,
        path,
        `a file that can be read (${content?.code ?? content?.message})`,
      );
    },
  };
}

/**
 * Calls back when files may have changed: in place, by rename or by a symbolic link, as far as the system tells, and every
 * `pollMs` besides. Never while something is still being written.
 */
export function watchFiles(
  paths: readonly string[],
  { clock, pollMs, changed }: { readonly clock: Clock; readonly pollMs: number; changed(): void },
): Disposable {
  let timer: Disposable;
  const wait = (ms: number): void => {
    timer = clock.setTimer(() => {
      for (const directory of directories) if (!directory.active) directory.open();
      changed();
      wait(pollMs);
    }, ms);
  };
  const directories = [...new Set(paths.map((path) => dirname(resolve(path))))].map((directory) =>
    directoryWatch(directory, () => {
      timer[Symbol.dispose]();
      wait(SETTLE_MS);
    }),
  );
  for (const directory of directories) directory.open();
  wait(pollMs);
  return {
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      for (const directory of directories) directory[Symbol.dispose]();
    },
  };
}
