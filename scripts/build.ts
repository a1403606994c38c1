// Builds every package into its dist/, from nothing: a file deleted from src must not survive there and be published.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './lib/command.ts';
import { turboRun } from './lib/turbo.ts';
import { publishable, ROOT, readWorkspace } from './lib/workspace.ts';

for (const { path } of publishable(readWorkspace())) {
  rmSync(join(ROOT, path, 'dist'), { recursive: true, force: true });
}
const [command, ...args] = turboRun('build');
const { ok, output } = await runCommand(command, args);
console.log(output);
process.exitCode = ok ? 0 : 1;
