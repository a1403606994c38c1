import { existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CommandResult, runCommand } from '../command.ts';
import { ROOT, readWorkspace } from '../workspace.ts';
import type { Example } from './example.ts';

/** A folder in which examples find every package of the workspace, and their dependencies, by name. */
export interface Sandbox {
  /** Compiles all examples at once. */
  check(): Promise<CommandResult>;
  /** Runs one example to its end. */
  run(example: Example): Promise<CommandResult>;
}

/**
 * Writes the examples into a folder, each as a file whose line numbers are those of its document.
 *
 * @param folder an empty folder outside the checkout: Node strips no types below `node_modules`
 */
export function createSandbox(folder: string, examples: readonly Example[]): Sandbox {
  linkDependencies(join(folder, 'node_modules'));
  for (const example of examples) {
    const path = join(folder, fileOf(example));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '\n'.repeat(example.line - 1) + example.code);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerConfig(examples)));
  return {
    check: () => runCommand('tsc', ['-p', folder], { cwd: folder, timeoutMs: 60_000 }),
    run: (example) => runCommand('node', [fileOf(example)], { cwd: folder, timeoutMs: 15_000 }),
  };
}

function fileOf({ file, line }: Example): string {
  return `${file}.${line}.ts`;
}

function compilerConfig(examples: readonly Example[]): unknown {
  return {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      // An example shows a value without having to use it.
      noUnusedLocals: false,
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    },
    files: examples.map(fileOf),
  };
}

function linkDependencies(modules: string): void {
  for (const { path, manifest, kind } of readWorkspace()) {
    if (kind === 'package') link(join(ROOT, path), join(modules, manifest.name));
    const own = join(ROOT, path, 'node_modules');
    for (const name of installedNames(own)) link(realpathSync(join(own, name)), join(modules, name));
  }
}

function installedNames(modules: string): readonly string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((scoped) => `${name}/${scoped}`) : [name],
    );
}

function link(target: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}
