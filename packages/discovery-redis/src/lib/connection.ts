import { type Clock, DiscoveryError, TimeoutError } from '@evenkeel/core';
import { within } from '@evenkeel/core/driver';
import type { RedisClient, RedisSocket } from './client.ts';
import type { RedisPlace } from './connection-options.ts';
import { createClient, OWN_CONNECTION } from './create-client.ts';
import type { Script } from './scripts.ts';

/** How a connection is opened, and whom it tells of its end. */
export interface ConnectionOptions {
  readonly place: RedisPlace;
  readonly clock: Clock;
  /** For each answer of Redis, in ms. */
  readonly timeoutMs: number;
  /** Ends what is waited for. */
  readonly signal: AbortSignal;
  /** Called once, when a connection opened here is closed by anybody but `close`. */
  readonly onLost: (error: unknown) => void;
}

/** An open way to Redis. Nothing in it reconnects. */
export interface Connection {
  /**
   * Runs a script, sending its text only where Redis does not have it.
   *
   * @throws ReplyError of Redis, TimeoutError, the signal's reason
   */
  run(
    script: Script,
    keys: readonly string[],
    args?: readonly (string | number)[],
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** Opens a second connection and subscribes. Rejects when that fails; call it once. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<void>;
  /** Rejects when the subscribed connection does not answer. */
  ping(): Promise<void>;
  /** Closes what was opened here, and waits until it is closed. Never rejects; safe to call twice. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 1_000;

type Socket = Pick<RedisSocket, 'connect' | 'disconnect' | 'on'>;

/**
 * Connects.
 *
 * @throws Error of the connection, TimeoutError, DiscoveryError when ioredis is missing, the signal's reason
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { place, clock, timeoutMs, signal } = options;
  const sockets = new Map<Socket, Promise<void>>();
  let closed = false;
  let subscriber: RedisSocket | undefined;

  const wait = <T>(promise: Promise<T>, what: string, own: AbortSignal = signal): Promise<T> => {
    const onTimeout = (): Error => new TimeoutError(what, timeoutMs, 'redis');
    return within(promise, { clock, timeoutMs, signal: own, onTimeout });
  };

  /**
   * Connects one socket. Its `error` events say more than the rejection, so the last of them is what is
   * thrown.
   */
  const open = async (socket: Socket): Promise<void> => {
    const ended = Promise.withResolvers<void>();
    sockets.set(socket, ended.promise);
    let connected = false;
    let last: unknown;
    socket.on('error', (error) => {
      last = error;
    });
    socket.on('end', () => {
      sockets.delete(socket);
      ended.resolve();
      if (connected && !closed) options.onLost(last ?? new DiscoveryError('the connection was closed'));
    });
    try {
      await wait(socket.connect(), 'connect');
    } catch (error) {
      throw signal.aborted ? error : (last ?? error);
    }
    connected = true;
  };
  const close = async (): Promise<void> => {
    closed = true;
    const ends = [...sockets.values()];
    for (const socket of sockets.keys()) socket.disconnect();
    const onTimeout = (): Error => new TimeoutError('close', CLOSE_WITHIN_MS, 'redis');
    // A client that never says that it is closed must not hold up its user.
    await within(Promise.all(ends), { clock, timeoutMs: CLOSE_WITHIN_MS, onTimeout }).catch(() => {});
  };

  try {
    signal.throwIfAborted();
    const { client, socket } = await createClient(place);
    if (socket !== undefined) await open(socket);
    return {
      async run(script, keys, args = [], own = signal) {
        const parameters = [keys.length, ...keys, ...args] as const;
        try {
          return await wait(client.evalsha(script.sha, ...parameters), 'answer', own);
        } catch (error) {
          if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
          return wait(client.eval(script.lua, ...parameters), 'answer', own);
        }
      },
      async subscribe(channel, onMessage) {
        subscriber = subscriberOf(client);
        await open(subscriber);
        subscriber.on('message', (from, message) => {
          if (from === channel) onMessage(message);
        });
        await wait(subscriber.subscribe(channel), 'subscribe');
      },
      async ping() {
        if (subscriber !== undefined) await wait(subscriber.ping(), 'ping');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * In a cluster any member will do, as messages are passed on to all; another one each time, so that a dead
 * one is left soon.
 */
function subscriberOf(client: RedisClient): RedisSocket {
  const overrides = { ...OWN_CONNECTION, sentinelRetryStrategy: () => null };
  if (client.isCluster !== true) return client.duplicate(overrides) as RedisSocket;
  const nodes = client.nodes?.('all') ?? [];
  const node = nodes[Math.floor(Math.random() * nodes.length)];
  if (node === undefined) throw new DiscoveryError('the cluster is not connected');
  return node.duplicate(overrides) as RedisSocket;
}
