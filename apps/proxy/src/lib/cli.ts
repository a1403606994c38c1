import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check } from './commands/check.ts';
import { jsonSchema } from './commands/json-schema.ts';
import { type RunContext, run } from './commands/run.ts';
import { ConfigError, formatIssue } from './config/config-error.ts';
import { didYouMean } from './config/did-you-mean.ts';
import { configWarnings } from './config/warnings.ts';

const HELP = `Usage: evenkeel <command> [options]

Commands:
  run --config FILE     run the proxy until SIGTERM or SIGINT, then drain
  check --config FILE   check a configuration without starting anything
  schema                print the JSON Schema of the configuration

Options:
  -c, --config FILE     the configuration, in YAML
  -h, --help            print this help
  -v, --version         print the version

Exit codes: 0 all well, 1 could not run (a port in use) or stopped by a second signal, 2 wrong arguments or configuration.
`;

const COMMANDS = ['run', 'check', 'schema'] as const;

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
  const { values, positionals } = parse(args);
  const [command, ...extra] = positionals;
  if (values.help === true || (command === undefined && values.version !== true)) {
    context.out(HELP.trimEnd());
    return values.help === true ? 0 : 2;
  }
  if (values.version === true) {
    context.out(version());
    return 0;
  }
  if (extra.length > 0) throw new UsageError(`unexpected argument "${extra.join(' ')}"`);
  switch (command) {
    case 'run':
      return run(configFile(values), context);
    case 'check': {
      const file = configFile(values);
      const loaded = await check(file);
      const { listeners, clusters, routes } = loaded.config;
      for (const issue of configWarnings(loaded)) context.err(formatIssue(file, issue, 'warning: '));
      const sizes = [
        counted(listeners.length, 'listener'),
        counted(Object.keys(clusters).length, 'cluster'),
        counted(routes.length, 'route'),
      ];
      context.out(`${file} is valid: ${sizes.join(', ')}`);
      return 0;
    }
    case 'schema':
      context.out(jsonSchema().trimEnd());
      return 0;
    default: {
      const meant = didYouMean(command ?? '', COMMANDS);
      throw new UsageError(
        `unknown command "${command}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`,
      );
    }
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function configFile({ config }: { readonly config?: string | undefined }): string {
  if (config === undefined) throw new UsageError('--config FILE is missing');
  return config;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

class UsageError extends Error {}
