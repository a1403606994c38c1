import { configText } from '../config/config-text.ts';
import { type LoadedConfig, parseConfig } from '../config/load-config.ts';
import { jsonSay, type Say } from '../events/say.ts';
import { listeningLine } from '../live/live-proxy.ts';
import type { PreparedReload } from '../live/reload-target.ts';
import { type Started, start } from '../live/start.ts';
import { channel, type MessageEnd } from './channel.ts';
import type { WorkerApi, WorkerConfig } from './worker-api.ts';

/** Workers do not stop accepting in the same instant: a client that is told to close would connect again to the last of them. */
const QUIET_MS = 250;

/** Another configuration that is being made ready, or waits to be taken. */
interface Preparation {
  readonly stop: AbortController;
  readonly done: Promise<PreparedReload>;
}

/**
 * Serves as one of several processes, as the one at the other end says. Resolves when this process should end.
 *
 * @param id unique among the workers
 * @param end the connection to that process; without it this one drains and ends
 * @param say takes a line for the operator
 */
export async function work(id: string, end: MessageEnd, say: Say): Promise<void> {
  const { promise: over, resolve: finish } = Promise.withResolvers<void>();
  const announced: string[] = [];
  let started: Started | undefined;
  let preparation: Preparation | undefined;
  let stopping: Promise<void> | undefined;

  const running = (): Started => {
    if (started === undefined) throw new TypeError('the worker has not been started');
    return started;
  };
  const abort = async (): Promise<void> => {
    const given = preparation;
    preparation = undefined;
    given?.stop.abort();
    const prepared = await given?.done.catch(() => undefined);
    await prepared?.abort();
  };
  const stop = (): Promise<void> => {
    // Nothing waits for it: a listener that is being bound may hear no more of the process at the other end.
    abort().catch(() => {});
    stopping ??= started === undefined ? Promise.resolve() : started.close();
    return stopping;
  };
  const api: WorkerApi = {
    async start(config) {
      const loaded = loadedFrom(config);
      const tell = loaded.config.log?.format === 'json' ? jsonSay(say) : say;
      started = await start(loaded, {
        id,
        say: (line) => tell(`worker ${id}: ${line}`),
        quietMs: QUIET_MS,
        announce: (listeners) => {
          for (const listener of listeners) announced.push(listeningLine(listener));
        },
      });
      await started.live.listen();
      started.operation.follow();
      return announced.splice(0);
    },
    async prepare(config) {
      if (stopping !== undefined) throw new Error('the worker is stopping');
      const stop = new AbortController();
      const done = running().live.prepare(loadedFrom(config), stop.signal);
      preparation = { stop, done };
      await done;
    },
    async commit() {
      const taken = preparation;
      preparation = undefined;
      const prepared = await taken?.done;
      await prepared?.commit();
      return announced.splice(0);
    },
    abort,
    state: () => running().operation.observation.target.state(),
    command: (command) => running().operation.observation.target.command(command),
    metrics: async () => (await started?.operation.observation.metrics?.snapshot()) ?? [],
    async reopen() {
      started?.operation.reopen();
    },
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
