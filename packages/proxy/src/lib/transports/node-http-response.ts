import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from '@evenkeel/core';
import type { RawHeaders, ResponseListener, ResponseWriter } from '../exchange.ts';
import { latin1 } from '../headers/latin1.ts';
import { fieldValues, isFieldValue } from '../headers/raw-headers.ts';
import { framingFault } from '../request/framing.ts';
import { exchangeClosed, exchangeOpened, type OpenExchange } from './open-exchanges.ts';
import { responseHead } from './raw-response.ts';

/**
 * Content of up to so many bytes that comes in the same turn as head and end goes out as text: `node:http` makes one
 * string of it all, and writes that at less cost than a list of text and bytes.
 */
const TEXT_BYTES = 8_192;

/** What the connections of one transport have in common. */
export interface ConnectionPolicy {
  readonly clock: Clock;
  /** Whether responses must ask clients to close their connections. */
  readonly draining: boolean;
  /** How long a client may leave a response unread, in ms; 0 sets no limit. */
  readonly sendTimeoutMs: number;
  /** How long a client may leave its content unsent while it is waited for, in ms; 0 sets no limit. */
  readonly receiveTimeoutMs: number;
  /** How long the rest of a request is read after its response has ended, in ms. */
  readonly lingerMs: number;
}

/** A connection that `node:http` has let go of for an upgrade. */
export interface BareConnection {
  readonly socket: Duplex;
  /** Bytes that came behind the request. */
  readonly head: Buffer;
}

/** Writes responses through `node:http`. */
export class NodeHttpResponse implements ResponseWriter, OpenExchange {
  started = false;
  closed = false;
  private flushed = false;
  /** Content that waits for the end of the turn, or of the response. */
  private held: Uint8Array | undefined;
  private headers: RawHeaders = [];
  private switched = false;
  private listener: ResponseListener | undefined;
  private sendTimer: Disposable | undefined;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly policy: ConnectionPolicy;
  private readonly bare: BareConnection | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    policy: ConnectionPolicy,
    bare?: BareConnection,
  ) {
    this.request = request;
    this.response = response;
    this.policy = policy;
    this.bare = bare;
  }

  listen(listener: ResponseListener): void {
    const attached = this.listener !== undefined;
    this.listener = listener;
    if (attached) return;
    const { request, response } = this;
    response.on('error', ignore);
    if (response.destroyed || request.socket.destroyed) {
      queueMicrotask(() => this.close(false));
      return;
    }
    exchangeOpened(request.socket, this);
    response.on('close', () => this.close(response.writableFinished));
  }

  get received(): boolean {
    return this.request.complete;
  }

  connectionClosed(): void {
    this.close(this.response.writableFinished);
  }

  inform(status: number, headers: RawHeaders): void {
    const { request, response } = this;
    if (this.started || this.closed || request.httpVersion === '1.0') return;
    // Nothing can hold an upstream back that sends interim responses without end; a client that reads loses none.
    if (response.socket?.writableNeedDrain === false) response.socket.write(responseHead(status, headers));
  }

  start(status: number, reason: string, headers: RawHeaders): void {
    if (this.started || this.closed) return;
    this.headers = headers;
    const { request, response } = this;
    if (this.policy.draining || isLast(request, status)) response.shouldKeepAlive = false;
    const phrase = reason !== '' && isFieldValue(reason) ? reason : undefined;
    if (phrase === undefined) response.writeHead(status, headers as string[]);
    else response.writeHead(status, phrase, headers as string[]);
    // Not before: where a field is not valid, another answer may still be given.
    this.started = true;
    // Content that comes in the same turn travels with the head; a response that streams later must not wait for it.
    process.nextTick(flushHead, this);
  }

  /** Sends the head, and what content is held, unless they are on their way. From then on nothing is held. */
  flush(): void {
    if (this.flushed || this.closed) return;
    this.flushed = true;
    if (this.held === undefined) this.response.flushHeaders();
    else this.release();
  }

  write(chunk: Uint8Array): boolean {
    if (this.closed) return true;
    if (this.held !== undefined) this.release();
    else if (!this.flushed && chunk.length <= TEXT_BYTES && !this.response.chunkedEncoding) {
      this.held = chunk;
      return true;
    }
    return this.send(chunk);
  }

  /** Writes held content before anything else. */
  private release(): void {
    const { held } = this;
    this.held = undefined;
    if (held !== undefined) this.send(held);
  }

  private send(chunk: Uint8Array): boolean {
    this.flushed = true;
    const { response } = this;
    if (response.write(chunk)) return true;
    if (this.sendTimer === undefined) {
      this.limitSending();
      response.once('drain', () => {
        this.sendTimer?.[Symbol.dispose]();
        this.sendTimer = undefined;
        if (!this.closed) this.listener?.drained();
      });
    }
    return false;
  }

  /** Gives the client up that does not read in time what has been written. */
  private limitSending(): void {
    const { clock, sendTimeoutMs } = this.policy;
    if (this.sendTimer === undefined && sendTimeoutMs > 0)
      this.sendTimer = clock.setTimer(() => this.abort(), sendTimeoutMs);
  }

  end(trailers: RawHeaders = []): void {
    if (this.closed) return;
    this.flushed = true;
    const { response, held } = this;
    this.held = undefined;
    if (trailers.length > 0 && response.chunkedEncoding) response.addTrailers(pairs(trailers));
    if (held === undefined) response.end();
    else response.end(latin1(held), 'latin1');
    // What is too little for `write` to say false may still find no room, behind answers that nobody has read.
    if (response.socket !== null && response.socket.writableLength > 0) this.limitSending();
  }

  abort(): void {
    if (this.closed) return;
    this.held = undefined;
    const { response } = this;
    const { socket } = response;
    // A response that lasts until the connection closes would look whole after an orderly end: only a reset tells.
    const untilClose =
      this.started && !response.chunkedEncoding && fieldValues(this.headers, 'content-length').length === 0;
    if (this.switched) this.bare?.socket.destroy();
    else if (untilClose && socket !== null && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
    else response.destroy();
  }

  switchProtocols(headers: RawHeaders): Duplex {
    const { bare, request, response } = this;
    if (bare === undefined) throw new TypeError('the exchange asks for no upgrade');
    const { socket, head } = bare;
    this.started = true;
    this.switched = true;
    response.detachSocket(socket as Socket);
    exchangeClosed(request.socket, this);
    socket.write(responseHead(101, [...headers, 'connection', 'upgrade']));
    if (head.length > 0) socket.unshift(head);
    socket.once('close', () => this.close(true));
    return socket;
  }

  private close(complete: boolean): void {
    if (this.closed) return;
    this.closed = true;
    exchangeClosed(this.request.socket, this);
    this.sendTimer?.[Symbol.dispose]();
    if (complete && this.bare === undefined && !this.request.complete) this.linger();
    this.listener?.closed(complete);
  }

  /** Reads on, so that the client can send what it has begun and then read the answer, but not for ever. */
  private linger(): void {
    const { request } = this;
    const timer = this.policy.clock.setTimer(() => request.socket.destroy(), this.policy.lingerMs);
    request.once('close', () => timer[Symbol.dispose]());
    request.resume();
  }
}

/**
 * Whether nothing more is to be read from the connection of a request: where it ends is in doubt, its client is too slow, or
 * it asked for an upgrade that was ignored, upon which `node:http` loses what has come behind it.
 */
function isLast({ rawHeaders, httpVersion, httpVersionMajor }: IncomingMessage, status: number): boolean {
  if (httpVersionMajor !== 1 || fieldValues(rawHeaders, 'upgrade').length > 0) return true;
  return status === 408 || (status >= 400 && framingFault(rawHeaders, httpVersion) !== undefined);
}

function flushHead(response: NodeHttpResponse): void {
  response.flush();
}

function ignore(): void {}

function pairs(headers: RawHeaders): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2)
    result.push([headers[i] as string, headers[i + 1] as string]);
  return result;
}
