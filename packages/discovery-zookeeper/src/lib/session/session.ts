import type { Clock } from '@evenkeel/core';
import { errorOfCode } from '../wire/error-code.ts';
import { decodeConnect, encodeConnect, type SessionTicket } from '../wire/handshake.ts';
import { decodeReply, type NodeEvent, readEvent } from '../wire/reply.ts';
import { addAuth, CLOSE_SESSION, encodeRequest, PING, type Request, XID } from '../wire/request.ts';
import { hasReason, ZookeeperError } from '../zookeeper-error.ts';
import { keepAlive } from './keep-alive.ts';
import { openLink } from './link.ts';
import { pendingRequests } from './pending.ts';
import type { ServerAddress } from './server-address.ts';
import { within } from './within.ts';

/** How a session is opened, and whom it tells. */
export interface SessionOptions {
  readonly clock: Clock;
  /** For connecting with the handshake, and for each answer, in ms. */
  readonly timeoutMs: number;
  /** How long the server is asked to keep a silent session, in ms. */
  readonly sessionMs: number;
  /** `user:password`. */
  readonly auth: string | undefined;
  /** Of the session to go on with; undefined for a new one. */
  readonly ticket?: SessionTicket | undefined;
  /** Ends the opening, not an open session. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: NodeEvent) => void;
  /** Called once, when an open session lost its connection by anything but `close` and `drop`. */
  readonly onLost: (error: unknown) => void;
}

/** A session and its one connection. Nothing in it reconnects. */
export interface Session {
  readonly ticket: SessionTicket;
  /** The last transaction that the server told of. */
  readonly zxid: bigint;
  /**
   * Asks the server.
   *
   * @throws ZookeeperError with the reason; the signal's reason, which does not take back what was sent
   */
  call<T>(request: Request<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Ends the session on the server, if that answers within half a second, and the connection in any case. Never
   * rejects; safe to call twice.
   */
  close(): Promise<void>;
  /** Closes the connection and leaves the session to its ticket, or its timeout. Never rejects. */
  drop(): Promise<void>;
}

const CLOSE_WITHIN_MS = 500;
const FIRST_XID = 1;
const MAX_XID = 0x7f_ff_ff_ff;
const NEVER = new AbortController().signal;

/**
 * Connects to one server and opens a session.
 *
 * @throws ZookeeperError with the reason; the signal's reason
 */
export async function openSession(server: ServerAddress, options: SessionOptions): Promise<Session> {
  const { clock, timeoutMs, onEvent, auth, signal } = options;
  const opened = Promise.withResolvers<SessionTicket>();
  opened.promise.catch(() => {});
  const pending = pendingRequests();
  let ticket: SessionTicket | undefined;
  let heardAt = clock.now();
  let zxid = 0n;
  let xid = FIRST_XID;
  let alive: Disposable | undefined;
  let end: { readonly error: unknown } | undefined;
  let listens = false;
  let closing: Promise<void> | undefined;

  const finish = (error: unknown): void => {
    if (end !== undefined) return;
    end = { error };
    alive?.[Symbol.dispose]();
    link.destroy();
    opened.reject(error);
    pending.fail(error);
    if (listens) options.onLost(error);
  };
  const lose = (cause: unknown): void => finish(atServer(server, cause));
  const take = (frame: Buffer): void => {
    const reply = decodeReply(frame);
    if (reply.zxid > zxid) zxid = reply.zxid;
    if (reply.xid === XID.event) onEvent?.(readEvent(reply.body));
    else if (reply.xid === XID.auth && reply.code !== 0) throw errorOfCode(reply.code, 'authenticate');
    else if (reply.xid !== XID.ping) pending.settle(reply);
  };
  const link = openLink(server, {
    onLost: lose,
    onFrame(frame) {
      heardAt = clock.now();
      if (ticket !== undefined) return take(frame);
      ticket = decodeConnect(frame);
      opened.resolve(ticket);
    },
  });

  const wait = async <T>(promise: Promise<T>, what: string, own: AbortSignal): Promise<T> => {
    try {
      return await within(promise, what, { clock, timeoutMs, signal: own });
    } catch (error) {
      if (!hasReason(error, 'timeout')) throw error;
      // Answers come in order: whoever owes one owes all that follow.
      lose(error);
      throw end?.error;
    }
  };
  const ask = <T>(number: number, request: Request<T>, own: AbortSignal): Promise<T> => {
    if (end !== undefined) return Promise.reject(end.error);
    const answer = pending.add(number, request);
    link.send(encodeRequest(number, request));
    return wait(answer, request.what, own);
  };
  const nextXid = (): number => {
    const next = xid;
    xid = xid === MAX_XID ? FIRST_XID : xid + 1;
    return next;
  };
  const drop = (): Promise<void> => {
    listens = false;
    finish(new ZookeeperError('closed', 'the session was closed'));
    return link.closed;
  };
  const close = async (): Promise<void> => {
    listens = false;
    if (end === undefined) {
      const number = nextXid();
      const answer = pending.add(number, CLOSE_SESSION);
      link.send(encodeRequest(number, CLOSE_SESSION));
      const limit = { clock, timeoutMs: CLOSE_WITHIN_MS, signal: NEVER };
      // A server that does not answer ends the session by its timeout.
      await within(answer, 'close', limit).catch(() => {});
    }
    await drop();
  };

  try {
    link.send(encodeConnect(options.sessionMs, options.ticket));
    const mine = await wait(opened.promise, 'connect', signal);
    if (auth !== undefined) await ask(XID.auth, addAuth(auth), signal);
    alive = keepAlive({
      clock,
      sessionMs: mine.timeoutMs,
      heardAt: () => heardAt,
      ping: () => link.send(encodeRequest(XID.ping, PING)),
      onSilent: () => lose(new ZookeeperError('silent', 'the server is silent')),
    });
    listens = true;
    return {
      ticket: mine,
      get zxid() {
        return zxid;
      },
      call: (request, own = NEVER) => ask(nextXid(), request, own),
      close() {
        closing ??= close();
        return closing;
      },
      drop,
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

function atServer({ label }: ServerAddress, cause: unknown): ZookeeperError {
  const reason = cause instanceof ZookeeperError ? cause.reason : 'closed';
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ZookeeperError(reason, `${label}: ${message}`, { cause });
}
