import { buildIssues } from '../build/build-issues.ts';
import { ConfigError, type ConfigIssue, withFurther } from '../config/config-error.ts';
import { readConfig } from '../config/config-text.ts';
import { type LoadedConfig, type ParsedConfig, parseConfig } from '../config/load-config.ts';

/**
 * Reads a configuration and builds all of it without starting anything.
 *
 * @throws ConfigError with everything that is wrong
 */
export async function check(file: string): Promise<LoadedConfig> {
  return checkParsed(parseConfig(await readConfig(file)));
}

/**
 * The same for a configuration that was read already.
 *
 * @param further what else was found to be wrong with it
 * @throws ConfigError with everything that is wrong
 */
export async function checkParsed(
  parsed: ParsedConfig,
  further: readonly ConfigIssue[] = [],
): Promise<LoadedConfig> {
  const issues = withFurther(parsed.issues, [...(await buildIssues(parsed)), ...further]);
  if (issues.length > 0) throw new ConfigError(parsed.file, issues);
  return parsed;
}
