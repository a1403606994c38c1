// Runs before a package is packed, in its folder: builds it, and for npm, which packs package.json as it is, puts the
// published form in its place. postpack.ts puts the original back; what an interrupted run left is put back first.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BACKUP, restoreManifest } from './lib/pack/manifest-backup.ts';
import { publishManifest, readCatalog } from './lib/pack/publish-manifest.ts';
import { ROOT, readWorkspace } from './lib/workspace.ts';

restoreManifest();
execFileSync('tsc', ['-b', 'tsconfig.build.json'], { stdio: 'inherit' });
if (process.env.npm_config_user_agent?.startsWith('npm/')) {
  const versions = new Map(readWorkspace().map(({ manifest }) => [manifest.name, manifest.version]));
  const catalog = readCatalog(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8'));
  const published = publishManifest(readFileSync('package.json', 'utf8'), { versions, catalog });
  copyFileSync('package.json', BACKUP);
  writeFileSync('package.json', published);
}
