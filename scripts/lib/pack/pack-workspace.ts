import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { type Manifest, publishable, ROOT, readWorkspace, type WorkspacePackage } from '../workspace.ts';

/** A package as it would go to the registry. */
export interface PackedPackage {
  readonly owner: WorkspacePackage;
  readonly tarball: string;
  /** Paths in the tarball, without its leading `package/`. */
  readonly files: readonly string[];
  /** The manifest in the tarball, with `publishConfig` applied. */
  readonly manifest: Manifest;
}

/**
 * Packs every publishable package. Their `dist` must be built.
 *
 * @param destination an empty folder
 * @throws when a package cannot be packed
 */
export async function packWorkspace(destination: string): Promise<readonly PackedPackage[]> {
  return Promise.all(
    publishable(readWorkspace()).map(async (owner) => {
      const cwd = join(ROOT, owner.path);
      const tarball = join(destination, `${owner.folder}.tgz`);
      await output('pnpm', ['pack', '--out', tarball], cwd);
      const listing = await output('tar', ['-tzf', tarball], cwd);
      const manifest = await output('tar', ['-xzOf', tarball, 'package/package.json'], cwd);
      return {
        owner,
        tarball,
        files: listing.split('\n').map((line) => line.trim().replace(/^package\//, '')),
        manifest: JSON.parse(manifest) as Manifest,
      };
    }),
  );
}

async function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  const result = await runCommand(command, args, { cwd, timeoutMs: 60_000 });
  if (!result.ok) throw new Error(`${[command, ...args].join(' ')}\n${result.output}`);
  return result.output;
}
