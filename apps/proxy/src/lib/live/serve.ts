import { once } from 'node:events';
import type { RunContext } from '../commands/run-context.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { adminServer } from '../operation/admin-server.ts';
import { OperationError } from '../operation/operation.ts';
import { ListenError } from './listeners.ts';
import { type LiveProxy, listeningLine } from './live-proxy.ts';
import { reloader } from './reloader.ts';
import { type Started, start } from './start.ts';

/**
 * Serves in this process until told to stop, then drains. Returns the exit code.
 *
 * @param stopped is aborted to stop
 */
export async function serve(
  loaded: LoadedConfig,
  context: RunContext,
  stopped: AbortSignal,
): Promise<number> {
  const { out, err } = context;
  let started: Started | undefined;
  try {
    started = await start(loaded, {
      say: err,
      announce: (listeners) => {
        for (const listener of listeners) out(listeningLine(listener));
      },
    });
    return await serveStarted(started, loaded, context, stopped);
  } catch (error) {
    await started?.destroy();
    if (!(error instanceof ListenError || error instanceof OperationError)) throw error;
    err(error.message);
    return 1;
  }
}

/** @throws ListenError when an address cannot be bound */
async function serveStarted(
  { live, operation, close }: Started,
  loaded: LoadedConfig,
  { out, err, onHangup, onReopen }: RunContext,
  stopped: AbortSignal,
): Promise<number> {
  const { target, metrics } = operation.observation;
  const admin = adminServer({ target, metrics, loaded: () => live.loaded, say: err });
  onReopen(operation.reopen);
  try {
    if (!stopped.aborted) {
      if (admin !== undefined) out(`admin on ${await admin.listen()}`);
      await live.listen();
      operation.follow();
    }
    for (const line of waiting(live)) err(line);
    const reloads = reloader({ loaded, target: live, say: err });
    onHangup(reloads.reload);
    if (!stopped.aborted) await once(stopped, 'abort');
    await reloads.close();
    err(`stopping: ${live.active} open`);
    await close();
    err('stopped');
    return 0;
  } finally {
    await admin?.close();
  }
}

function waiting({ clusters }: LiveProxy): string[] {
  return clusters
    .filter((cluster) => cluster.inspect().discovery.state === 'initial')
    .map(({ name }) => `cluster ${name}: waiting for its endpoints`);
}
