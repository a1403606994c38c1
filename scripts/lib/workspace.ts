import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** The fields of a `package.json` that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One folder of the workspace. */
export interface WorkspacePackage {
  readonly kind: 'package' | 'app';
  /** The folder's own name, such as `core`. */
  readonly folder: string;
  /** From the root, with forward slashes, such as `packages/core`. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** Reads all packages and apps, sorted by path. */
export function readWorkspace(root: string = ROOT): readonly WorkspacePackage[] {
  return [...readFolders(root, 'packages', 'package'), ...readFolders(root, 'apps', 'app')];
}

/** Those that go to the registry. */
export function publishable(workspace: readonly WorkspacePackage[]): readonly WorkspacePackage[] {
  return workspace.filter(({ kind, manifest }) => kind === 'package' && manifest.private !== true);
}

/** Every name that a package may rely on at run time in its users' projects. */
export function runtimeDependencies(manifest: Manifest): ReadonlySet<string> {
  return new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
  ]);
}

function readFolders(root: string, parent: string, kind: WorkspacePackage['kind']): WorkspacePackage[] {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent))
    .sort()
    .filter((folder) => existsSync(join(root, parent, folder, 'package.json')))
    .map((folder) => {
      const path = `${parent}/${folder}`;
      return {
        kind,
        folder,
        path,
        manifest: JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as Manifest,
      };
    });
}
