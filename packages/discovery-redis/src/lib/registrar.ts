import {
  checkKeys,
  type EndpointInput,
  type HeartbeatOptions,
  heartbeatRegistrar,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  type Registrar,
  type RegistryCall,
  systemClock,
  toEndpoint,
} from '@evenkeel/core';
import { type Connection, openConnection } from './connection.ts';
import { CONNECTION_KEYS, type RedisConnectionOptions, redisPlace } from './connection-options.ts';
import { type KeyOptions, serviceKeys } from './keys.ts';
import { writeRecord } from './record.ts';
import { BEAT, PUT, REMOVE, type Script } from './scripts.ts';

/** Which endpoint is registered, as what, and where. */
export interface RedisRegistrarOptions
  extends RedisConnectionOptions,
    Omit<KeyOptions, 'plainPrefix'>,
    HeartbeatOptions,
    EndpointInput {
  /** Of the program; clients see it as metadata `version`. @default none */
  readonly version?: string;
  /** Clients see them as metadata `tags`, joined by commas. @default [] */
  readonly tags?: readonly string[];
}

const KEYS: KnownKeys<RedisRegistrarOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  prefix: true,
  address: true,
  host: true,
  port: true,
  id: true,
  weight: true,
  priority: true,
  zone: true,
  metadata: true,
  version: true,
  tags: true,
  ttlMs: true,
  timeoutMs: true,
  drainDelayMs: true,
  failFast: true,
  onEvent: true,
  clock: true,
  random: true,
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
  const endpoint = toEndpoint(options);
  if (endpoint.id.length === 0 || endpoint.id.length > 512 || /\p{Cc}/u.test(endpoint.id)) {
    throw new InvalidOptionsError('id', endpoint.id, '1 to 512 characters without control characters');
  }
  const record = writeRecord(endpoint, options);
  const { clock = systemClock } = options;
  const timeoutMs = numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1 });
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
