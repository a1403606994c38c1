import { dirname, resolve } from 'node:path';
import type { TcpProxy } from '@evenkeel/proxy';
import { accessLog } from '../access-log/access-log.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { errorText } from '../events/failure.ts';
import { followEach } from './follow-each.ts';
import { type Observation, type Operated, observe } from './observation.ts';

/** What an operator sees of the proxy of one process: its state, metrics and access log, as the configuration of the start says. */
export interface Operation {
  /** What an admin API may ask, in this process or another one. */
  readonly observation: Observation;
  /** Takes the clusters and TCP listeners in use, after they may have changed. */
  follow(): void;
  /** Opens the files of logs anew. */
  reopen(): void;
  close(): Promise<void>;
}

/**
 * Makes it.
 *
 * @param say takes what the operator should know
 * @throws OperationError naming a file that cannot be opened; what `observe` throws; nothing is left open then
 */
export async function createOperation(operated: Operated, say: (line: string) => void): Promise<Operation> {
  const { config, file } = operated.loaded();
  const log = config.accessLog && (await openLog(config.accessLog, dirname(file), say));
  const logTcp = log && followEach<TcpProxy>((proxy) => log.follow(proxy));
  log?.follow(operated.proxy);
  const follow = (): void => {
    observation.follow();
    logTcp?.(operated.tcp());
  };
  const observation = await observe(operated).catch(async (error: unknown) => {
    await log?.close();
    throw error;
  });
  follow();
  return {
    observation,
    follow,
    reopen: () => log?.reopen(),
    async close() {
      await log?.close();
      observation[Symbol.dispose]();
    },
  };
}

async function openLog(
  config: NonNullable<LoadedConfig['config']['accessLog']>,
  folder: string,
  say: (line: string) => void,
) {
  try {
    return await accessLog(config, { resolve: (path) => resolve(folder, path), say });
  } catch (error) {
    throw new OperationError(`the access log cannot be opened: ${errorText(error)}`);
  }
}

/** Something that an operator asked for cannot be had. */
export class OperationError extends Error {}
