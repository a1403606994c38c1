import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { type Config, config as schema } from '../schema/config.ts';
import { ConfigError, type ConfigIssue } from './config-error.ts';
import { routeIssues } from './route-issues.ts';
import { type SourceMap, sourceMap } from './source-map.ts';
import { zodIssues } from './zod-issues.ts';

/** A configuration that follows the schema, and where everything in it is. */
export interface LoadedConfig {
  readonly file: string;
  readonly config: Config;
  readonly map: SourceMap;
}

/**
 * Reads and checks a configuration file.
 *
 * @throws ConfigError with everything that is wrong with it
 */
export async function loadConfig(file: string): Promise<LoadedConfig> {
  return parseConfig(file, await readConfig(file));
}

/**
 * Checks the text of a configuration file.
 *
 * @throws ConfigError with everything that is wrong with it
 */
export function parseConfig(file: string, text: string): LoadedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const map = sourceMap(document, lines);
  if (document.errors.length > 0) {
    const issues = document.errors.map(
      (error): ConfigIssue => ({
        position: map.at(error.pos[0]),
        path: '',
        message: `not valid YAML: ${error.message}`,
      }),
    );
    throw new ConfigError(file, issues);
  }
  const data: unknown = document.toJS();
  const result = schema.safeParse(data);
  const issues = [
    ...(result.success ? [] : zodIssues(result.error.issues, data, map)),
    ...routeIssues(data, map),
  ];
  if (!result.success || issues.length > 0) throw new ConfigError(file, issues);
  return { file, config: result.data, map };
}

async function readConfig(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new ConfigError(file, [{ position: { line: 1, column: 1 }, path: '', message }]);
  }
}
