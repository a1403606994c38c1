import { abortable, type CallOptions, type KeyValueStore } from '@evenkeel/cache';
import type { RedisClient } from './client.ts';
import { type CommandClient, createClient, subscriberOf } from './create-client.ts';
import { driverSettings, type RedisCacheDriverOptions } from './driver-options.ts';
import { subscribe } from './subscription.ts';

/** Longer values are slow for everyone who shares the connection, though Redis would take 512 MiB. */
const MAX_VALUE_BYTES = 64 * 1_024 * 1_024;

/**
 * Keeps responses of a shared cache in Redis or Valkey: standalone, behind Sentinels, in a Cluster, or over a client of your own.
 * Connects with the first call.
 *
 * @throws InvalidOptionsError when an option is wrong
 */
export function redisCacheDriver(options: RedisCacheDriverOptions): KeyValueStore {
  const settings = driverSettings(options);
  const { clock, channel, pingMs, silentMs } = settings;
  const subscriptions = new Set<Disposable>();
  let connecting: Promise<CommandClient> | undefined;
  let socket: CommandClient['socket'];
  let closed = false;
  /** Why there is no connection: what ioredis says of a command then does not tell. */
  let connectionError: unknown;
  /** Since when nothing has been answered although something was asked. */
  let silentSince: number | undefined;

  const connect = async (): Promise<CommandClient> => {
    if (closed) throw new Error('the driver is closed');
    const made = await createClient(settings);
    if (closed) throw new Error('the driver is closed');
    socket = made.socket;
    socket?.on('error', (error: unknown) => {
      connectionError = error;
    });
    // A first failure is no last one: the client tries again by itself, and commands fail meanwhile.
    await socket?.connect().catch(() => {});
    return made;
  };
  const command = (): Promise<CommandClient> => {
    connecting ??= connect().catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  const call = async <T>({ signal }: CallOptions, work: (client: RedisClient) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const { client } = await abortable(command(), signal);
    const asked = clock.now();
    try {
      const answer = await abortable(work(client), signal);
      silentSince = undefined;
      connectionError = undefined;
      return answer;
    } catch (error) {
      if (!signal.aborted) throw connectionError === undefined ? error : notConnected(connectionError);
      silentSince ??= asked;
      if (clock.now() - silentSince >= silentMs) {
        // A server that is frozen or was cut off does not close its side; a new connection may reach another one.
        silentSince = undefined;
        socket?.disconnect(true);
      }
      throw error;
    }
  };
  const milliseconds = (ttlMs: number): number => Math.max(1, Math.floor(ttlMs));

  return {
    name: 'redis',
    maxValueBytes: MAX_VALUE_BYTES,
    getMany: (keys, how) =>
      call(how, async (client) => {
        if (keys.length === 0) return [];
        // The keys of one read lie in several slots; a cluster is sent one command for each, all at once.
        const values =
          client.isCluster === true || keys.length === 1
            ? await Promise.all(keys.map((key) => client.getBuffer(key)))
            : await client.mgetBuffer(...keys);
        return values.map((value) => value ?? undefined);
      }),
    set: (key, value, how) =>
      call(how, async (client) => void (await client.set(key, value, 'PX', milliseconds(how.ttlMs)))),
    add: (key, value, how) =>
      call(
        how,
        async (client) => (await client.set(key, value, 'PX', milliseconds(how.ttlMs), 'NX')) !== null,
      ),
    delete: (key, how) => call(how, async (client) => void (await client.del(key))),
    publish: (message, how) => call(how, async (client) => void (await client.publish(channel, message))),
    subscribe(listener) {
      const open = async () => subscriberOf((await command()).client);
      const subscription = subscribe({ open, channel, pingMs, timeoutMs: silentMs, clock }, listener);
      const entry: Disposable = {
        [Symbol.dispose]() {
          subscriptions.delete(entry);
          subscription[Symbol.dispose]();
        },
      };
      subscriptions.add(entry);
      return entry;
    },
    async close() {
      closed = true;
      for (const subscription of subscriptions) subscription[Symbol.dispose]();
      socket?.disconnect();
    },
  };
}

function notConnected(cause: unknown): Error {
  const { message } = cause as Partial<Error>;
  return new Error(`redis is not connected: ${message ?? String(cause)}`, { cause });
}
