// Checks who imports whom in packages/ and apps/. Run: node scripts/check-imports.ts
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { checkCycles } from './lib/imports/check-cycles.ts';
import { checkFile, type SourceFile } from './lib/imports/check-file.ts';
import { moduleImports } from './lib/imports/module-imports.ts';
import { ROOT, readWorkspace, type WorkspacePackage } from './lib/workspace.ts';

const workspace = readWorkspace();
let files = 0;
let violations = 0;
for (const owner of workspace) {
  const sources = readSources(owner);
  files += sources.length;
  const found = [
    ...sources.flatMap((source) => checkFile(source, owner, workspace)),
    ...checkCycles(sources),
  ];
  violations += found.length;
  for (const { file, line, what, why } of found) console.error(`${file}:${line}: ${what}: ${why}`);
}
console.log(`${files} files in ${workspace.length} packages, ${violations} forbidden imports`);
process.exitCode = violations === 0 ? 0 : 1;

function readSources(owner: WorkspacePackage): readonly SourceFile[] {
  return globSync('src/**/*.ts', { cwd: join(ROOT, owner.path) })
    .sort()
    .map((relative) => {
      const path = posix.join(owner.path, relative.replaceAll('\\', '/'));
      return { path, imports: moduleImports(path, readFileSync(join(ROOT, path), 'utf8')) };
    });
}
