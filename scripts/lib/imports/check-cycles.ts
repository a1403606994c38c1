import { posix } from 'node:path';
import type { SourceFile, Violation } from './check-file.ts';
import { findCycles } from './find-cycles.ts';

/** Finds import cycles among the files of one package. Imports of types vanish before a program runs, so they do not count. */
export function checkCycles(files: readonly SourceFile[]): readonly Violation[] {
  const graph = new Map(files.map((file) => [file.path, runtimeTargets(file)]));
  return findCycles(graph).map((cycle) => {
    const [first = '', second = ''] = cycle;
    const edge = files
      .find(({ path }) => path === first)
      ?.imports.find(({ specifier }) => resolve(first, specifier) === second);
    return {
      file: first,
      line: edge?.line ?? 1,
      what: `imports '${edge?.specifier}'`,
      why: `that closes a cycle: ${cycle.map((path) => posix.basename(path)).join(' → ')}`,
    };
  });
}

function runtimeTargets({ path, imports }: SourceFile): readonly string[] {
  return imports
    .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
    .map(({ specifier }) => resolve(path, specifier));
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}
