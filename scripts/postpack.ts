// Runs after a package was packed: undoes what prepack.ts did to its package.json.
import { restoreManifest } from './lib/pack/manifest-backup.ts';

restoreManifest();
