import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { ROOT } from '../workspace.ts';
import { entryPoints } from './entry-points.ts';
import { INSTALLED_WITH } from './install-table.ts';
import type { PackedPackage } from './pack-workspace.ts';

const NPM_FLAGS = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

/**
 * Installs one package into an empty project, as a user would, and uses it there: only what the table lists comes along,
 * its types compile, and every entry can be imported and required.
 *
 * @param folder where the project goes; created
 * @param packed the package
 * @param all every packed package: the registry has no such versions yet
 * @returns what is wrong; empty when nothing is
 */
export async function checkConsumer(
  folder: string,
  packed: PackedPackage,
  all: readonly PackedPackage[],
): Promise<readonly string[]> {
  const entries = entryPoints(packed.manifest, packed.files);
  mkdirSync(folder, { recursive: true });
  writeProject(folder, packed, all, entries);

  const install = await runCommand('npm', ['install', ...NPM_FLAGS], { cwd: folder, timeoutMs: 120_000 });
  if (!install.ok) return [`npm install failed\n${install.output}`];

  const uses: readonly (readonly [what: string, command: string, args: readonly string[]])[] = [
    ['its types do not compile', 'tsc', ['-p', folder]],
    ['import fails', 'node', ['import.mjs']],
    ['require fails', 'node', ['require.cjs']],
  ];
  const problems = [...wrongInstall(folder, packed)];
  for (const [what, command, args] of uses) {
    const result = await runCommand(command, args, { cwd: folder, timeoutMs: 60_000 });
    if (!result.ok) problems.push(`${what}\n${result.output}`);
  }
  return problems;
}

function writeProject(
  folder: string,
  packed: PackedPackage,
  all: readonly PackedPackage[],
  entries: readonly string[],
): void {
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  const { name } = packed.manifest;
  const others = all.filter(({ manifest }) => manifest.name !== name);
  write(
    'package.json',
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: { [name]: `file:${packed.tarball}` },
      overrides: Object.fromEntries(
        others.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
      ),
    }),
  );
  write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules', '@types')],
      },
      files: ['types.ts'],
    }),
  );
  write('types.ts', entries.map((entry, index) => `export * as entry${index} from '${entry}';\n`).join(''));
  write('import.mjs', entries.map((entry) => `await import('${entry}');\n`).join(''));
  write('require.cjs', entries.map((entry) => `require('${entry}');\n`).join(''));
}

function wrongInstall(folder: string, { owner, manifest }: PackedPackage): readonly string[] {
  const expected = INSTALLED_WITH[owner.folder];
  if (expected === undefined) {
    return [`${owner.folder} is not in scripts/lib/pack/install-table.ts; add what may come along with it`];
  }
  const lock = JSON.parse(readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  const actual = Object.keys(lock.packages)
    .map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    .filter((name) => name !== manifest.name)
    .sort();
  return actual.join() === [...expected].sort().join()
    ? []
    : [`installs ${actual.join(', ') || 'nothing else'}; expected ${expected.join(', ') || 'nothing else'}`];
}
