import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkFile } from './commands/check-file.ts';
import { jsonSchema, type SchemaOf } from './commands/json-schema.ts';
import { register } from './commands/register.ts';
import { run } from './commands/run.ts';
import type { RunContext } from './commands/run-context.ts';
import { ConfigError } from './config/config-error.ts';
import { didYouMean } from './config/did-you-mean.ts';
import { HELP, REGISTER_HELP } from './help.ts';

const COMMANDS = ['run', 'register', 'check', 'schema'] as const;

/** Runs one command line. Returns the exit code. */
export async function cli(args: readonly string[], context: RunContext): Promise<number> {
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (error instanceof ConfigError) context.err(error.message);
    else if (error instanceof UsageError) context.err(`${error.message}\nTry: evenkeel --help`);
    else throw error;
    return 2;
  }
}

async function dispatch(args: readonly string[], context: RunContext): Promise<number> {
  const { values, positionals, words } = parse(args);
  const [command, ...extra] = positionals;
  if (values.help === true || (command === undefined && values.version !== true)) {
    context.out(command === 'register' ? REGISTER_HELP : HELP);
    return values.help === true ? 0 : 2;
  }
  if (values.version === true) {
    context.out(version());
    return 0;
  }
  if (command === 'register') return registerWords(configFile(values), extra, words, context);
  const surplus = [...(command === 'schema' ? extra.slice(1) : extra), ...(words ?? [])];
  if (surplus.length > 0) throw new UsageError(`unexpected argument "${surplus.join(' ')}"`);
  switch (command) {
    case 'run':
      return run(configFile(values), context);
    case 'check':
      return checkFile(configFile(values), context);
    case 'schema':
      context.out(jsonSchema(schemaOf(extra[0])).trimEnd());
      return 0;
    default: {
      const meant = didYouMean(command ?? '', COMMANDS);
      throw new UsageError(
        `unknown command "${command}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`,
      );
    }
  }
}

/** What stands behind `--` is a command for somebody else. */
function parse(args: readonly string[]) {
  const end = args.indexOf('--');
  try {
    const parsed = parseArgs({
      args: end === -1 ? [...args] : args.slice(0, end),
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
    return { ...parsed, words: end === -1 ? undefined : args.slice(end + 1) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function registerWords(
  file: string,
  extra: readonly string[],
  words: readonly string[] | undefined,
  context: RunContext,
): Promise<number> {
  if (extra.length > 0) {
    throw new UsageError(`unexpected argument "${extra.join(' ')}": the command to run stands behind --`);
  }
  if (words === undefined || words.length === 0) throw new UsageError('-- COMMAND is missing');
  return register(file, words, context);
}

function configFile({ config }: { readonly config?: string | undefined }): string {
  if (config === undefined) throw new UsageError('--config FILE is missing');
  return config;
}

function schemaOf(word: string | undefined): SchemaOf {
  if (word === undefined || word === 'register') return word ?? 'config';
  throw new UsageError(
    `there is no schema "${word}"; there is that of register, and without a word that of run`,
  );
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

class UsageError extends Error {}
