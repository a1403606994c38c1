import { formatIssue } from '../config/config-error.ts';
import { configWarnings } from '../config/warnings.ts';
import { jsonSay } from '../events/say.ts';
import { serve } from '../live/serve.ts';
import { serveWorkers } from '../workers/serve-workers.ts';
import { check } from './check.ts';
import type { RunContext } from './run-context.ts';

/**
 * Runs the proxy of a configuration until it is told to stop. Returns the exit code.
 *
 * @throws ConfigError before anything has been started
 */
export async function run(file: string, context: RunContext): Promise<number> {
  const stopped = new AbortController();
  const { promise: forced, resolve: force } = Promise.withResolvers<void>();
  context.onStop(() => {
    if (stopped.signal.aborted) force();
    else stopped.abort();
  });
  const running = start(file, context, stopped.signal);
  return Promise.race([running, forced.then(() => 1)]);
}

async function start(file: string, context: RunContext, stopped: AbortSignal): Promise<number> {
  const loaded = await check(file);
  const err = loaded.config.log?.format === 'json' ? jsonSay(context.err) : context.err;
  err(`starting with ${file}`);
  for (const issue of configWarnings(loaded)) err(formatIssue(file, issue, 'warning: '));
  const serving = loaded.config.workers === undefined ? serve : serveWorkers;
  return serving(loaded, { ...context, err }, stopped);
}
