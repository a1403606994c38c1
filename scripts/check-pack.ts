// Installs every package, packed, into an empty project of its own outside the workspace and uses it there. Build first.
import { join } from 'node:path';
import { checkEach } from './lib/pack/check-each.ts';
import { checkConsumer } from './lib/pack/consumer-project.ts';
import { packWorkspace } from './lib/pack/pack-workspace.ts';
import { withTempFolder } from './lib/with-temp-folder.ts';

await withTempFolder('pack', async (folder) => {
  const packages = await packWorkspace(folder);
  await checkEach(packages, (packed) => checkConsumer(join(folder, packed.owner.folder), packed, packages));
});
