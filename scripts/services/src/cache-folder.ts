import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where fetched servers stay between runs: `evenkeel/services` below the user's cache folder. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'evenkeel', 'services');
}

/**
 * Returns a folder of the cache, filling it first when it is not there. Two processes that fill it at the
 * same time each work in a folder of their own; the first to finish gives its folder the name, and the
 * other one's is removed.
 *
 * @param name a readable prefix of the folder's name
 * @param contents what the folder will hold: other contents are another folder
 * @param fill puts the contents into the empty folder it is given
 */
export async function cached(
  name: string,
  contents: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const digest = createHash('sha256').update(contents.join('\n')).digest('hex').slice(0, 10);
  const target = join(cacheFolder(), `${name}-${digest}`);
  if (existsSync(target)) return target;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), `.${name}-`));
  try {
    await fill(work);
    await rename(work, target);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
