import { once } from 'node:events';
import { localTarget } from '@evenkeel/proxy/admin';
import type { RunContext } from '../commands/run.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { liveMetrics } from '../operation/live-metrics.ts';
import { createOperation } from '../operation/operation.ts';
import { ListenError } from './listeners.ts';
import { type LiveProxy, listeningLine, liveProxy } from './live-proxy.ts';
import { reloader } from './reloader.ts';

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
  const live = liveProxy(loaded, {
    say: err,
    announce: (listeners) => {
      for (const listener of listeners) out(listeningLine(listener));
    },
    onChange: () => metrics?.follow(),
  });
  const { proxy } = live;
  const metrics = await liveMetrics(live, loaded.config);
  const operation = createOperation({
    target: localTarget({ proxy, clusters: () => live.clusters, stores: () => live.stores }),
    metrics: metrics?.metrics,
    loaded: () => live.loaded,
  });
  try {
    if (!stopped.aborted) {
      await operation.listen(out);
      await live.listen();
    }
  } catch (error) {
    await operation.close();
    await live.destroy();
    if (!(error instanceof ListenError)) throw error;
    err(error.message);
    return 1;
  }
  for (const line of waiting(live)) err(line);
  const reloads = reloader({ loaded, target: live, say: err });
  context.onHangup(reloads.reload);
  if (!stopped.aborted) await once(stopped, 'abort');
  await reloads.close();
  err(`stopping: ${proxy.active} open`);
  await live.close();
  await operation.close();
  err('stopped');
  return 0;
}

function waiting({ clusters }: LiveProxy): string[] {
  return clusters
    .filter((cluster) => cluster.inspect().discovery.state === 'initial')
    .map(({ name }) => `cluster ${name}: waiting for its endpoints`);
}
