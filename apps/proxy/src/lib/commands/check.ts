import { buildIssues } from '../build/build-issues.ts';
import { ConfigError, withFurther } from '../config/config-error.ts';
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
 * @throws ConfigError with everything that is wrong
 */
export async function checkParsed(parsed: ParsedConfig): Promise<LoadedConfig> {
  const issues = withFurther(parsed.issues, await buildIssues(parsed));
  if (issues.length > 0) throw new ConfigError(parsed.file, issues);
  return parsed;
}
