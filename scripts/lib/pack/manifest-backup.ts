import { existsSync, renameSync } from 'node:fs';

/** Where a package's own `package.json` waits while its published form is in place. */
export const BACKUP = 'package.json.before-pack';

/** Puts the original `package.json` of this folder back, if its published form is in place. */
export function restoreManifest(): void {
  if (existsSync(BACKUP)) renameSync(BACKUP, 'package.json');
}
