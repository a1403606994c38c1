import { outputIssues } from '../access-log/output-issues.ts';
import { formatIssue } from '../config/config-error.ts';
import { readConfig } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';
import { configWarnings } from '../config/warnings.ts';
import { registryOf } from '../register/build-registrar.ts';
import { checkRegister, isRegisterFile } from '../register/check-register.ts';
import { checkParsed } from './check.ts';
import type { RunContext } from './run-context.ts';

/**
 * Checks a file, whichever command it is for, and says what is in it.
 *
 * @throws ConfigError with everything that is wrong
 */
export async function checkFile(
  file: string,
  { out, err }: Pick<RunContext, 'out' | 'err'>,
): Promise<number> {
  const text = await readConfig(file);
  if (isRegisterFile(text)) {
    const config = await checkRegister(text);
    out(`${file} is valid: registers ${config.address} in ${registryOf(config)}`);
    return 0;
  }
  const parsed = parseConfig(text);
  const loaded = await checkParsed(parsed, await outputIssues(parsed));
  for (const issue of configWarnings(loaded)) err(formatIssue(file, issue, 'warning: '));
  const { listeners, clusters, routes } = loaded.config;
  const sizes = [
    counted(listeners.length, 'listener'),
    counted(Object.keys(clusters).length, 'cluster'),
    counted(routes.length, 'route'),
  ];
  out(`${file} is valid: ${sizes.join(', ')}`);
  return 0;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
