import { once } from 'node:events';
import { mergedMetrics } from '@evenkeel/telemetry';
import type { RunContext } from '../commands/run-context.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { errorText } from '../events/failure.ts';
import { reloader } from '../live/reloader.ts';
import { adminServer } from '../operation/admin-server.ts';
import { poolTarget } from './pool-target.ts';
import { workerPool } from './worker-pool.ts';

/**
 * Serves in several processes until told to stop, then drains them. Returns the exit code.
 *
 * @param stopped is aborted to stop
 */
export async function serveWorkers(
  loaded: LoadedConfig,
  context: RunContext,
  stopped: AbortSignal,
): Promise<number> {
  const { out, err } = context;
  const announce = (lines: readonly string[]): void => {
    for (const line of lines) out(line);
  };
  const pool = workerPool(loaded, { say: err, announce });
  const target = poolTarget(() => pool.workers.ready);
  const wantsMetrics = loaded.config.admin !== undefined && loaded.config.metrics !== false;
  let current = (): LoadedConfig => loaded;
  const admin = adminServer({
    target,
    metrics: wantsMetrics ? await mergedMetrics(target.metrics) : undefined,
    loaded: () => current(),
    say: err,
  });
  context.onReopen(() => {
    for (const { api } of pool.workers.ready) api.reopen().catch(() => {});
  });
  const killAll = (): void => {
    for (const worker of pool.workers.running) worker.kill();
  };
  // They would drain; whoever stops this one at once does not want that.
  process.once('exit', killAll);
  const stop = stopped.aborted ? Promise.resolve() : once(stopped, 'abort');
  try {
    if (admin !== undefined && !stopped.aborted) out(`admin on ${await admin.listen()}`);
    const started = stopped.aborted
      ? undefined
      : await Promise.race([pool.start(), stop.then(() => undefined)]);
    if (started !== undefined) announce(started);
    const reloads = reloader({ loaded, target: pool, say: err });
    current = () => reloads.loaded;
    context.onHangup(reloads.reload);
    const failed = await Promise.race([stop.then(() => undefined), pool.workers.failed]);
    await reloads.close();
    if (failed !== undefined) throw new Error(failed);
    err(`stopping: ${pool.workers.running.length} workers`);
    const killed = await pool.stop();
    err('stopped');
    return killed === 0 ? 0 : 1;
  } catch (error) {
    pool.workers.stop();
    killAll();
    err(errorText(error));
    return 1;
  } finally {
    process.off('exit', killAll);
    await admin?.close();
  }
}
