import { type AdminTarget, localTarget } from '@evenkeel/proxy/admin';
import { configText } from '../config/config-text.ts';
import { type LoadedConfig, parseConfig } from '../config/load-config.ts';
import { type LiveProxy, listeningLine, liveProxy } from '../live/live-proxy.ts';
import type { PreparedReload } from '../live/reload-target.ts';
import { type LiveMetrics, liveMetrics } from '../operation/live-metrics.ts';
import { channel, type MessageEnd } from './channel.ts';
import type { WorkerApi, WorkerConfig } from './worker-api.ts';

/** Workers do not stop accepting in the same instant: a client that is told to close would connect again to the last of them. */
const QUIET_MS = 250;

/**
 * Serves as one of several processes, as the one at the other end says. Resolves when this process should end.
 *
 * @param id unique among the workers
 * @param end the connection to that process; without it this one drains and ends
 * @param say takes a line for the operator
 */
export async function work(id: string, end: MessageEnd, say: (line: string) => void): Promise<void> {
  const { promise: over, resolve: finish } = Promise.withResolvers<void>();
  const announced: string[] = [];
  let live: LiveProxy | undefined;
  let metrics: LiveMetrics | undefined;
  let prepared: PreparedReload | undefined;
  let stopping: Promise<void> | undefined;
  const giveUp = new AbortController();

  const running = (): LiveProxy => {
    if (live === undefined) throw new TypeError('the worker has not been started');
    return live;
  };
  const target = (): AdminTarget => {
    const { proxy } = running();
    return localTarget({ id, proxy, clusters: () => running().clusters, stores: () => running().stores });
  };
  const stop = (): Promise<void> => {
    giveUp.abort();
    stopping ??= live === undefined ? Promise.resolve() : live.close();
    return stopping;
  };
  const api: WorkerApi = {
    async start(config) {
      const loaded = loadedFrom(config);
      live = liveProxy(loaded, {
        say,
        quietMs: QUIET_MS,
        onChange: () => metrics?.follow(),
        announce: (listeners) => {
          for (const listener of listeners) announced.push(listeningLine(listener));
        },
      });
      metrics = await liveMetrics(live, loaded.config);
      await live.listen();
      return announced.splice(0);
    },
    async prepare(config) {
      prepared = await running().prepare(loadedFrom(config), giveUp.signal);
    },
    async commit() {
      await prepared?.commit();
      prepared = undefined;
      return announced.splice(0);
    },
    async abort() {
      await prepared?.abort();
      prepared = undefined;
    },
    state: () => target().state(),
    command: (command) => target().command(command),
    metrics: async () => (await metrics?.metrics.snapshot()) ?? [],
    async stop() {
      await stop();
      // Behind the answer.
      setImmediate(finish);
    },
  };
  channel(end, { ...api });
  end.on('disconnect', () => void stop().finally(finish));
  await over;
}

/** It has been checked by the process that sent it. */
function loadedFrom({ file, text }: WorkerConfig): LoadedConfig {
  return parseConfig(configText(file, text));
}
