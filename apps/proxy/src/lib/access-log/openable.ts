import { access, constants, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorText } from '../events/failure.ts';

/**
 * Finds out whether a log can be appended to a file, without making it. Nothing is opened: a pipe would wait for its reader.
 *
 * @param path absolute
 * @returns why it cannot, with the system's code and the path; undefined when it can
 */
export async function whyNotOpenable(path: string): Promise<string | undefined> {
  try {
    const file = await found(path);
    if (file?.isDirectory()) return `EISDIR: ${path} is a folder`;
    if (file !== undefined) {
      await access(path, constants.W_OK);
      return undefined;
    }
    // A link that leads to nothing yet: the file is made where it leads.
    const target = await readlink(path).catch(() => undefined);
    const folder = dirname(path);
    if (target !== undefined) return await whyNotOpenable(resolve(folder, target));
    if ((await found(folder)) === undefined) return `ENOENT: there is no folder ${folder}`;
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

async function found(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
