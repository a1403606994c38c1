import {
  checkKeys,
  type HeartbeatOptions,
  heartbeatRegistrar,
  type KnownKeys,
  type Registrar,
  type RegistryCall,
} from '@evenkeel/core';
import {
  ANNOUNCEMENT_KEYS,
  type AnnouncementOptions,
  announcedEndpoint,
  HEARTBEAT_KEYS,
  heartbeatSettings,
  writeRecord,
} from '@evenkeel/core/driver';
import { type Connection, openConnection } from './connection.ts';
import { CONNECTION_KEYS, type RedisConnectionOptions, redisPlace } from './connection-options.ts';
import { type KeyOptions, serviceKeys } from './keys.ts';
import { BEAT, PUT, REMOVE, type Script } from './scripts.ts';

/** Which endpoint is registered, as what, and where. */
export interface RedisRegistrarOptions
  extends RedisConnectionOptions,
    Omit<KeyOptions, 'plainPrefix'>,
    HeartbeatOptions,
    AnnouncementOptions {}

const KEYS: KnownKeys<RedisRegistrarOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  prefix: true,
  ...ANNOUNCEMENT_KEYS,
  ...HEARTBEAT_KEYS,
};

/**
 * A registrar that keeps one endpoint in Redis under a lease. Several processes may run it for one service;
 * two with the same id replace each other.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function redisRegistrar(options: RedisRegistrarOptions): Registrar {
  checkKeys('', options, KEYS);
  const place = redisPlace(options);
  const keys = serviceKeys(options).leased;
  const endpoint = announcedEndpoint(options);
  const record = writeRecord(endpoint, options);
  const { clock, timeoutMs } = heartbeatSettings(options);
  let open: Promise<Connection> | undefined;

  const drop = async (): Promise<void> => {
    const old = open;
    open = undefined;
    const connection = await old?.catch(() => undefined);
    await connection?.close();
  };
  const connect = (): Promise<Connection> => {
    const mine = openConnection({
      place,
      clock,
      timeoutMs,
      signal: new AbortController().signal,
      onLost: () => {
        if (open === mine) open = undefined;
      },
    });
    return mine;
  };
  const run = async (
    script: Script,
    { signal, ttlMs }: RegistryCall,
    extra: string[] = [],
  ): Promise<unknown> => {
    open ??= connect();
    try {
      const connection = await open;
      return await connection.run(script, keys, [endpoint.id, ttlMs, ...extra], signal);
    } catch (error) {
      // The next call begins with a new connection: the master may be another one now, or this one frozen.
      await drop();
      throw error;
    }
  };

  return heartbeatRegistrar(
    {
      async put(call) {
        await run(PUT, call, [record]);
      },
      async beat(call) {
        return (await run(BEAT, call)) === 1 ? 'known' : 'unknown';
      },
      async remove(call) {
        await run(REMOVE, call);
      },
      close: drop,
    },
    options,
  );
}
