import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { type Manifest, runtimeDependencies, type WorkspacePackage } from '../workspace.ts';
import { type Allowance, allowanceOf } from './import-table.ts';
import type { ModuleImport } from './module-imports.ts';

/** One import that must not be, or not in this way. */
export interface Violation {
  /** From the root. */
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly why: string;
}

/** A source file of a package or app, with its imports. */
export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly imports: readonly ModuleImport[];
}

/** Files that are neither shipped nor run by users. Of the helpers of tests only core's are shipped: `@evenkeel/core/testing`. */
function isTestFile(path: string): boolean {
  const isHelper = path.includes('/src/lib/testing/') && !path.startsWith('packages/core/');
  return isHelper || /\.(?:test|bench)\.ts$/.test(path);
}

/** Checks every import of one file against the table and the manifests. */
export function checkFile(
  file: SourceFile,
  owner: WorkspacePackage,
  workspace: readonly WorkspacePackage[],
): readonly Violation[] {
  return file.imports.flatMap((imported) => {
    const why = reasonAgainst(imported, file, owner, workspace);
    return why === undefined
      ? []
      : [{ file: file.path, line: imported.line, what: `imports '${imported.specifier}'`, why }];
  });
}

function reasonAgainst(
  imported: ModuleImport,
  file: SourceFile,
  owner: WorkspacePackage,
  workspace: readonly WorkspacePackage[],
): string | undefined {
  const { specifier } = imported;
  if (specifier.startsWith('.')) return againstRelative(specifier, file, owner);
  if (specifier.startsWith('/') || specifier.startsWith('file:')) return 'the path holds on one machine only';
  if (specifier.startsWith('node:')) return undefined;
  if (isBuiltin(specifier)) return `write 'node:${specifier}'`;

  const name = packageName(specifier);
  if (name === owner.manifest.name) return 'a package imports its own files by relative path';
  const target = workspace.find(({ manifest }) => manifest.name === name);
  return (
    againstDeclaration(name, file, owner.manifest) ??
    (target === undefined
      ? againstThirdParty(name, imported, file, owner)
      : (againstDirection(target, file, owner) ?? againstDeepImport(specifier, target)))
  );
}

function againstRelative(specifier: string, file: SourceFile, owner: WorkspacePackage): string | undefined {
  const target = posix.join(posix.dirname(file.path), specifier);
  if (!target.startsWith(`${owner.path}/`)) {
    return `the path leaves ${owner.path}; import the other package by its name`;
  }
  return /\.(?:ts|json)$/.test(specifier) ? undefined : 'a relative import ends in .ts';
}

function againstDeclaration(name: string, file: SourceFile, manifest: Manifest): string | undefined {
  if (runtimeDependencies(manifest).has(name)) return undefined;
  const development = manifest.devDependencies?.[name] !== undefined;
  // Every package's tests run under the vitest of the root.
  if (isTestFile(file.path) && (development || name === 'vitest')) return undefined;
  return development
    ? `${manifest.name} lists it in devDependencies only, and this file is shipped`
    : `${manifest.name} does not list it in package.json`;
}

function againstDirection(
  target: WorkspacePackage,
  file: SourceFile,
  owner: WorkspacePackage,
): string | undefined {
  if (owner.kind === 'app') return undefined;
  if (target.kind === 'app') return 'a package never imports an app';
  const allowance = allowanceOf(owner.folder);
  if (allowance === undefined) return unknownOwner(owner);
  const { packages, inTests } = allowance;
  if (packages.includes(target.folder)) return undefined;
  if (isTestFile(file.path) && inTests.includes(target.folder)) return undefined;
  const allowed = packages.length === 0 ? 'no other package' : `only ${packages.join(', ')}`;
  const more = isTestFile(file.path) && inTests.length > 0 ? `, and in tests ${inTests.join(', ')}` : '';
  return `${owner.folder} may import ${allowed}${more}`;
}

function againstThirdParty(
  name: string,
  imported: ModuleImport,
  file: SourceFile,
  owner: WorkspacePackage,
): string | undefined {
  if (owner.kind === 'app' || isTestFile(file.path)) return undefined;
  const allowance = allowanceOf(owner.folder);
  if (allowance === undefined) return unknownOwner(owner);
  const { thirdParty, thirdPartyTypes = [] } = allowance;
  if (thirdParty === 'declared' || thirdParty.includes(name)) return undefined;
  if (!thirdPartyTypes.includes(name)) return `${owner.folder} may import ${thirdPartyList(allowance)}`;
  return imported.typeOnly ? undefined : `${owner.folder} may import only types of it: write 'import type'`;
}

function thirdPartyList({ thirdParty, thirdPartyTypes = [] }: Allowance): string {
  const names = [...thirdParty, ...thirdPartyTypes.map((name) => `types of ${name}`)];
  return names.length === 0 ? 'no third-party package' : `only ${names.join(', ')} of third parties`;
}

function againstDeepImport(specifier: string, target: WorkspacePackage): string | undefined {
  const subpath = `.${specifier.slice(target.manifest.name.length)}`;
  const known = Object.keys(target.manifest.exports ?? {});
  return known.some((key) => matchesExport(key, subpath))
    ? undefined
    : `${target.manifest.name} exports only ${known.join(', ')}`;
}

function matchesExport(key: string, subpath: string): boolean {
  const [before = '', after] = key.split('*');
  if (after === undefined) return key === subpath;
  return (
    subpath.length > before.length + after.length && subpath.startsWith(before) && subpath.endsWith(after)
  );
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function unknownOwner(owner: WorkspacePackage): string {
  return `${owner.folder} is not in the table of scripts/lib/imports/import-table.ts; add it there`;
}
