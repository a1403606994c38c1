import { type Config, config as schema } from '../schema/config.ts';
import { type ConfigIssue, withFurther } from './config-error.ts';
import type { ConfigText } from './config-text.ts';
import { listenerIssues } from './listener-issues.ts';
import { routeIssues } from './route-issues.ts';
import { soundParts } from './sound-parts.ts';
import type { SourceMap } from './source-map.ts';
import { zodIssues } from './zod-issues.ts';

/** A configuration that follows the schema, and where everything in it is. */
export interface LoadedConfig {
  readonly file: string;
  /** As it was read. */
  readonly text: string;
  readonly config: Config;
  /** As it stands in the file, variables not put in: what may be shown. */
  readonly written: unknown;
  readonly map: SourceMap;
}

/** What a configuration file holds, right or wrong. */
export interface ParsedConfig {
  readonly file: string;
  readonly text: string;
  readonly written: unknown;
  readonly map: SourceMap;
  /** What can be seen without building anything. */
  readonly issues: readonly ConfigIssue[];
  /** The whole configuration where there are no issues; otherwise those of its parts that have none. */
  readonly config: Config;
}

/** Checks the text of a configuration file, as far as that goes without building anything. */
export function parseConfig({ file, text, data, written, map, issues }: ConfigText): ParsedConfig {
  if (data === undefined) return { file, text, written, map, issues, config: soundParts(undefined, []) };
  const result = schema.safeParse(data);
  const wrong = result.success ? [] : result.error.issues;
  return {
    file,
    text,
    written,
    map,
    issues: withFurther(issues, [
      ...zodIssues(wrong, written, map),
      ...routeIssues(data, map),
      ...listenerIssues(data, map),
    ]),
    config: result.success ? result.data : soundParts(data, wrong),
  };
}
