import { type Clock, DiscoveryError } from '@evenkeel/core';
import { Agent, type Dispatcher } from 'undici';
import type { EtcdPlace } from './connection-options.ts';
import { startDeadline } from './deadline.ts';
import { isAnswer, isAuthOff, isTokenOld, isUnreached } from './etcd-error.ts';
import { exchange } from './exchange.ts';
import type { Message } from './json-lines.ts';
import type { Rotation } from './rotation.ts';

/** How the gateway is reached. */
export interface GatewayOptions {
  readonly place: EtcdPlace;
  readonly rotation: Rotation;
  readonly clock: Clock;
  /** For each answer, connecting included, in ms. */
  readonly timeoutMs: number;
}

/**
 * The JSON gateway of etcd, at one member of the cluster until that fails; the next call asks another one
 * then. Each call is sent once; only one that reached nobody goes to the next member at once.
 */
export interface Gateway {
  /** How many requests were sent. */
  readonly requests: number;
  /** The member that is asked, for messages. */
  readonly endpoint: string;
  /**
   * One request, one answer.
   *
   * @throws EtcdError, TimeoutError, DiscoveryError, errors of undici, the signal's reason
   */
  call(path: string, body: Message, signal: AbortSignal): Promise<Message>;
  /** One request, many answers; the first one within the timeout. Throws as `call` does. */
  stream(path: string, body: Message, signal: AbortSignal): AsyncGenerator<Message, void, void>;
  /** Closes all connections that were opened here. */
  close(): Promise<void>;
}

/** Makes one; it opens nothing before the first call. */
export function openGateway({ place, rotation, clock, timeoutMs }: GatewayOptions): Gateway {
  const { credentials } = place;
  const agent = place.dispatcher === undefined ? ownAgent(place, timeoutMs) : undefined;
  const dispatcher: Dispatcher = place.dispatcher ?? (agent as Agent);
  let origin = rotation.current();
  let token: string | undefined;
  let requests = 0;

  const moveOn = (): void => {
    rotation.failed(origin);
    origin = rotation.current();
  };
  /** The first message of an answer, and the rest of it. */
  const begin = async (path: string, body: Message, signal: AbortSignal) => {
    for (let attempt = 1; ; attempt++) {
      requests++;
      const messages = exchange({ dispatcher, origin, path, body, token: token ?? '', signal });
      try {
        const first = await messages.next();
        if (first.done === true) throw new DiscoveryError('the answer is empty');
        return { first: first.value, messages };
      } catch (error) {
        if (signal.aborted && signal.reason !== error) throw signal.reason;
        if (attempt >= rotation.size || !isUnreached(error)) throw error;
        moveOn();
      }
    }
  };
  const authenticate = async (signal: AbortSignal): Promise<void> => {
    if (credentials === undefined) return;
    try {
      const { first, messages } = await begin('auth/authenticate', { ...credentials }, signal);
      await messages.return();
      if (typeof first.token !== 'string') throw new DiscoveryError('etcd gave no token');
      token = first.token;
    } catch (error) {
      // Users may be given out before authentication is turned on.
      if (!isAuthOff(error)) throw error;
      token = '';
    }
  };
  const beginAuthorized = async (path: string, body: Message, signal: AbortSignal) => {
    if (token === undefined) await authenticate(signal);
    try {
      return await begin(path, body, signal);
    } catch (error) {
      if (credentials === undefined || !isTokenOld(error)) throw error;
      token = undefined;
      await authenticate(signal);
      return begin(path, body, signal);
    }
  };
  const failing = (error: unknown, signal: AbortSignal): unknown => {
    if (!isAnswer(error)) moveOn();
    return signal.aborted ? signal.reason : error;
  };

  return {
    get requests() {
      return requests;
    },
    get endpoint() {
      return origin;
    },
    async call(path, body, signal) {
      using deadline = startDeadline('answer', { clock, timeoutMs, signal });
      try {
        deadline.signal.throwIfAborted();
        const { first, messages } = await beginAuthorized(path, body, deadline.signal);
        // To the end, so that the connection can be used again.
        await messages.next();
        await messages.return();
        return first;
      } catch (error) {
        throw failing(error, deadline.signal);
      }
    },
    async *stream(path, body, signal) {
      using deadline = startDeadline('first answer', { clock, timeoutMs, signal });
      let rest: AsyncGenerator<Message, void, void> | undefined;
      try {
        deadline.signal.throwIfAborted();
        const { first, messages } = await beginAuthorized(path, body, deadline.signal);
        rest = messages;
        deadline.met();
        yield first;
        yield* messages;
      } catch (error) {
        throw failing(error, deadline.signal);
      } finally {
        await rest?.return();
      }
    },
    async close() {
      await agent?.destroy();
    },
  };
}

function ownAgent({ tls }: EtcdPlace, timeoutMs: number): Agent {
  return new Agent({
    connect: { ...tls, timeout: timeoutMs },
    // One connection for calls, one for a stream; HTTP/2 would put both on one, where a stream holds up calls.
    allowH2: false,
  });
}
