// Checks what would be published: files, manifest, entry points and types of every tarball. Build first.
import { runCommand } from './lib/command.ts';
import { checkContents } from './lib/pack/check-contents.ts';
import { checkEach } from './lib/pack/check-each.ts';
import { type PackedPackage, packWorkspace } from './lib/pack/pack-workspace.ts';
import { withTempFolder } from './lib/with-temp-folder.ts';

await withTempFolder('packages', async (folder) => {
  await checkEach(await packWorkspace(folder), problemsOf);
});

async function problemsOf({ manifest, files, tarball }: PackedPackage): Promise<readonly string[]> {
  const linters: readonly (readonly [command: string, args: readonly string[]])[] = [
    ['publint', ['run', tarball, '--strict']],
    ['attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-emoji']],
  ];
  const problems = [...checkContents(manifest, files)];
  for (const [command, args] of linters) {
    const result = await runCommand(command, args, { timeoutMs: 120_000 });
    if (!result.ok) problems.push(`${command}\n${result.output}`);
  }
  return problems;
}
