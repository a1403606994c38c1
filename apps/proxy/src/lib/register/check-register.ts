import { OptionError, within } from '../build/within.ts';
import { ConfigError, type ConfigIssue, formatPath, withFurther } from '../config/config-error.ts';
import type { ConfigText } from '../config/config-text.ts';
import { zodIssues } from '../config/zod-issues.ts';
import { type RegisterConfig, registerFile } from '../schema/register.ts';
import { buildRegistrar } from './build-registrar.ts';
import { buildChecker } from './readiness.ts';

/** Whether the file is one of `evenkeel register` and not of the proxy. */
export function isRegisterFile({ data }: ConfigText): boolean {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, 'register');
}

/**
 * Checks the text of a file of `evenkeel register`, and builds all of it without starting anything.
 *
 * @throws ConfigError with everything that is wrong
 */
export async function checkRegister({
  file,
  data,
  written,
  map,
  issues,
}: ConfigText): Promise<RegisterConfig> {
  if (data === undefined) throw new ConfigError(file, issues);
  const result = registerFile.safeParse(data);
  const wrong = result.success ? [] : zodIssues(result.error.issues, written, map);
  const found = withFurther(issues, wrong);
  if (found.length > 0 || !result.success) throw new ConfigError(file, found);
  const { register } = result.data;
  try {
    await within(['register'], () => build(register, file));
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const issue: ConfigIssue = {
      position: map.valueAt(error.path),
      path: formatPath(error.path),
      message: error.message,
    };
    throw new ConfigError(file, [issue]);
  }
  return register;
}

function build(config: RegisterConfig, file: string): Promise<void> {
  const registrar = buildRegistrar(config, file, () => {});
  const checker = within(['ready'], () => buildChecker(config.ready));
  return dispose(registrar, checker);
}

async function dispose(...parts: readonly { [Symbol.asyncDispose]?(): PromiseLike<void> }[]): Promise<void> {
  for (const part of parts) await part[Symbol.asyncDispose]?.();
}
