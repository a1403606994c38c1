import { readFile } from 'node:fs/promises';
import { ConfigError, type ConfigIssue, formatPath } from './config-error.ts';
import { type Environment, withEnvironment } from './environment.ts';
import type { SourceMap } from './source-map.ts';
import { readYaml } from './yaml-source.ts';

/** A configuration file as plain data, before anybody looks at what it means. */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
  /** With environment variables put in; undefined where the text is no YAML. */
  readonly data: unknown;
  /** As it stands in the file: what messages may show, since variables hold secrets. */
  readonly written: unknown;
  readonly map: SourceMap;
  readonly issues: readonly ConfigIssue[];
}

/**
 * Reads a configuration file.
 *
 * @throws ConfigError when there is none
 */
export async function readConfig(file: string): Promise<ConfigText> {
  try {
    return configText(file, await readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const message = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new ConfigError(file, [{ path: '', message }]);
  }
}

/** Takes the text of a configuration file; never throws. */
export function configText(file: string, text: string, environment: Environment = process.env): ConfigText {
  const { data: written, map, issues } = readYaml(text);
  if (issues.length > 0) return { file, text, data: undefined, written, map, issues };
  const unset: ConfigIssue[] = [];
  const data = withEnvironment(written, environment, (path, message) => {
    unset.push({ position: map.valueAt(path), path: formatPath(path), message });
  });
  return { file, text, data, written, map, issues: unset };
}
