import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../cli/usage-error.ts';

/** Whether an argument is the path of a module rather than a name. */
export function isPath(text: string): boolean {
  return /[\\/]/.test(text) || /\.[cm]?[jt]s$/.test(text);
}

/**
 * Loads a module, and finds in it the one thing that it is asked for: its default export, or the only one of the right kind.
 *
 * @param option the option that names it, for errors
 * @param kind what is looked for, in words
 * @throws UsageError when there is no such file, it cannot be loaded, or there is not one such export
 */
export async function loadExport<T>(
  option: string,
  path: string,
  kind: string,
  isKind: (value: unknown) => value is T,
): Promise<T> {
  const file = resolve(path);
  if (!existsSync(file)) throw new UsageError(`${option}: there is no file ${file}`);
  const exported = await load(option, file);
  if (isKind(exported.default)) return exported.default;
  const found = Object.entries(exported).filter(([, value]) => isKind(value));
  const [first] = found;
  if (found.length === 1 && first !== undefined) return first[1] as T;
  const names = found.length > 0 ? found.map(([name]) => name) : Object.keys(exported);
  const what = names.length === 0 ? 'exports nothing' : `exports ${names.join(', ')}`;
  throw new UsageError(
    `${option}: ${file} ${what}; expected ${kind} as its default export${found.length > 1 ? ', to say which' : ' or its only one'}`,
  );
}

async function load(option: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(
      `${option}: cannot load ${file}: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    );
  }
}
