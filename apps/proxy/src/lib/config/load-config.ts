import { readFile } from 'node:fs/promises';
import { type Config, config as schema } from '../schema/config.ts';
import { ConfigError, type ConfigIssue } from './config-error.ts';
import { routeIssues } from './route-issues.ts';
import { soundParts } from './sound-parts.ts';
import type { SourceMap } from './source-map.ts';
import { readYaml } from './yaml-source.ts';
import { zodIssues } from './zod-issues.ts';

/** A configuration that follows the schema, and where everything in it is. */
export interface LoadedConfig {
  readonly file: string;
  readonly config: Config;
  readonly map: SourceMap;
}

/** What a configuration file holds, right or wrong. */
export interface ParsedConfig {
  readonly file: string;
  readonly map: SourceMap;
  /** What can be seen without building anything. */
  readonly issues: readonly ConfigIssue[];
  /** The whole configuration where there are no issues; otherwise those of its parts that have none. */
  readonly config: Config;
}

/**
 * Reads a configuration file.
 *
 * @throws ConfigError when there is none
 */
export async function loadConfig(file: string): Promise<ParsedConfig> {
  try {
    return parseConfig(file, await readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const message = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new ConfigError(file, [{ path: '', message }]);
  }
}

/** Checks the text of a configuration file, as far as that goes without building anything. */
export function parseConfig(file: string, text: string): ParsedConfig {
  const { data, map, issues } = readYaml(text);
  if (issues.length > 0) return { file, map, issues, config: soundParts(undefined, []) };
  const result = schema.safeParse(data);
  const wrong = result.success ? [] : result.error.issues;
  return {
    file,
    map,
    issues: [...zodIssues(wrong, data, map), ...routeIssues(data, map)],
    config: result.success ? result.data : soundParts(data, wrong),
  };
}
