import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Clock } from '@evenkeel/core';
import { errors } from 'undici';
import type { Http2Connecting } from './connect-http2.ts';
import { Http2RefusedError } from './http2-errors.ts';
import type { StreamOwner, StreamRequest } from './stream-request.ts';

/** What a connection tells of itself. */
export interface ConnectionEvents {
  /** It is no more, or could not be made. */
  closed(connection: UpstreamConnection): void;
}

/** How long a connection is kept, in ms; 0 sets no limit. */
export interface ConnectionLimits {
  /** Without a request. */
  readonly idleMs: number;
  /** For the answer to a ping, when a request was given up on a silent connection. */
  readonly pingMs: number;
}

/** Streams that are opened before the endpoint has said how many it takes. */
const STREAMS_AT_FIRST = 100;
/** What Node has as the limit of an endpoint until that has said one, or when it sets none. */
const UNKNOWN = 2 ** 32 - 1;

/** One connection to one endpoint, from its making on, with the requests on it. */
export class UpstreamConnection implements StreamOwner {
  readonly clock: Clock;
  private readonly events: ConnectionEvents;
  private readonly limits: ConnectionLimits;
  private readonly connecting: Http2Connecting;
  private session: ClientHttp2Session | undefined;
  private readonly waiting: StreamRequest[] = [];
  private readonly open = new Set<StreamRequest>();
  private idle: Disposable | undefined;
  private draining = false;
  private probing = false;
  /** The last stream that the endpoint has said it took. */
  private lastTaken = Number.POSITIVE_INFINITY;

  constructor(connecting: Http2Connecting, clock: Clock, limits: ConnectionLimits, events: ConnectionEvents) {
    this.connecting = connecting;
    this.clock = clock;
    this.limits = limits;
    this.events = events;
    connecting.session.then(
      (session) => this.connected(session),
      (error: Error) => this.gone(error),
    );
  }

  /** Whether it takes another request now. */
  get free(): boolean {
    if (this.draining || this.probing) return false;
    const most = this.session?.remoteSettings.maxConcurrentStreams ?? UNKNOWN;
    return this.size < (most === UNKNOWN ? STREAMS_AT_FIRST : most);
  }

  /** Requests on it or waiting for it. */
  get size(): number {
    return this.open.size + this.waiting.length;
  }

  send(request: StreamRequest): void {
    this.idle?.[Symbol.dispose]();
    this.idle = undefined;
    const { session } = this;
    if (session === undefined) {
      this.waiting.push(request);
      return;
    }
    if (this.open.size === 0) session.ref();
    this.open.add(request);
    request.start(this);
  }

  openStream(fields: OutgoingHttpHeaders, options: ClientSessionRequestOptions): ClientHttp2Stream {
    const { session } = this;
    if (session === undefined || session.closed || session.destroyed) {
      throw new Http2RefusedError('the connection is closing');
    }
    return session.request(fields, options);
  }

  isRefused({ id, rstCode }: ClientHttp2Stream): boolean {
    return rstCode === constants.NGHTTP2_REFUSED_STREAM || id === undefined || id > this.lastTaken;
  }

  ended(request: StreamRequest, suspect: boolean): void {
    if (!this.open.delete(request)) return;
    if (suspect) this.probe();
    if (this.open.size === 0) this.rest();
  }

  /** Takes no more requests, lets those on it end, and closes. */
  drain(): void {
    this.draining = true;
    if (this.size > 0) return;
    if (this.session === undefined) this.connecting.destroy(new errors.ClientClosedError());
    else if (!this.session.closed) this.session.close();
  }

  /** Ends it at once, and what is on it. */
  destroy(error: Error): void {
    this.draining = true;
    for (const request of this.open) request.fail(error, false);
    this.session?.destroy();
    this.connecting.destroy(error);
    this.gone(error);
  }

  private connected(session: ClientHttp2Session): void {
    this.session = session;
    session.on('goaway', (_code: number, lastStream: number) => {
      this.draining = true;
      this.lastTaken = Math.min(this.lastTaken, lastStream);
    });
    // Whatever ends a connection ends its streams, and those tell of it.
    session.on('error', () => {});
    session.once('close', () => this.gone(new errors.SocketError('the endpoint closed the connection')));
    if (session.destroyed) this.gone(new errors.SocketError('the endpoint closed the connection'));
    for (const request of this.waiting.splice(0)) this.send(request);
    if (this.open.size === 0) this.rest();
  }

  private rest(): void {
    const { session } = this;
    const { idleMs } = this.limits;
    if (session === undefined || session.closed) return;
    if (this.draining) {
      session.close();
      return;
    }
    session.unref();
    if (idleMs > 0) this.idle = this.clock.setTimer(() => this.drain(), idleMs);
  }

  private gone(error: Error): void {
    this.draining = true;
    this.idle?.[Symbol.dispose]();
    this.events.closed(this);
    for (const request of this.waiting.splice(0)) request.fail(error, false);
  }

  /** Asks whether anybody is there: a connection that is cut without a word would swallow one request after the other. */
  private probe(): void {
    const { session } = this;
    if (session === undefined || session.destroyed || this.probing) return;
    this.probing = true;
    const timer = this.clock.setTimer(() => {
      session.destroy(new errors.SocketError('the endpoint does not answer'));
    }, this.limits.pingMs);
    const answered = (): void => {
      timer[Symbol.dispose]();
      this.probing = false;
    };
    if (!session.ping(answered)) answered();
  }
}
