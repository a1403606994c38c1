import type { Duplex, Readable } from 'node:stream';

/** Names and values in turn, as they were on the wire: case, order and duplicates kept, one latin1 character a byte. */
export type RawHeaders = readonly string[];

/**
 * One request and the means to answer it, as a downstream transport hands it to the pipeline. Whatever speaks HTTP
 * downstream becomes a transport by making these; the pipeline knows no server, socket or protocol version.
 */
export interface Exchange {
  readonly method: string;
  /** The request target as received, in any of its forms (RFC 9112 §3.2). */
  readonly target: string;
  /** Such as `1.1`. */
  readonly httpVersion: string;
  readonly rawHeaders: RawHeaders;
  /** The peer's IP address; undefined when it has already gone. */
  readonly remoteAddress: string | undefined;
  /** Whether the request came over TLS. */
  readonly encrypted: boolean;
  /** Undefined when the request has no content. */
  readonly body: RequestBody | undefined;
  /** The protocol the client asks to switch to; undefined when the transport cannot switch or the client does not ask. */
  readonly upgrade: string | undefined;
  readonly response: ResponseWriter;
}

/** The content of a request. It stays unread, and `100 Continue` unsent, until someone reads it. */
export interface RequestBody {
  /**
   * Starts the content as a stream that fails when the client goes away before the end. Call at most once;
   * what is left unread is the transport's to discard.
   */
  open(): Readable;
  /** Bytes read so far; undefined when the transport does not count. */
  readonly received?: number;
}

/** What the transport reports back while a response is written. */
export interface ResponseListener {
  /** `write` said false, and may be called again now. */
  drained(): void;
  /** The exchange is over; `complete` when the whole response was handed to the network. Called exactly once. */
  closed(complete: boolean): void;
}

/** Writes one response. Calls after the end, or after the client has gone, do nothing. */
export interface ResponseWriter {
  /** Whether a final response has been started. */
  readonly started: boolean;
  /** Whether the exchange is over, well or not. */
  readonly closed: boolean;
  /** Sets who is told; there is one listener at a time, and a new one takes the place of the one before. */
  listen(listener: ResponseListener): void;
  /** Sends an interim response (1xx), except to clients that cannot take one, or do not read. */
  inform(status: number, headers: RawHeaders): void;
  /**
   * Starts the final response. The transport adds framing, `Connection` and a missing `Date`; an empty `reason` means the
   * standard phrase.
   */
  start(status: number, reason: string, headers: RawHeaders): void;
  /** Sends content; false asks to wait for {@link ResponseListener.drained}. */
  write(chunk: Uint8Array): boolean;
  /** Ends the response; trailers are dropped where the protocol or the client cannot take them. */
  end(trailers?: RawHeaders): void;
  /** Breaks the response off so that the client cannot take it for a whole one. */
  abort(): void;
  /** Answers 101 and hands over the connection, with the bytes that came too early in front. Only when `upgrade` is set. */
  switchProtocols(headers: RawHeaders): Duplex;
}
