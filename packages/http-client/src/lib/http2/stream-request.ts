import {
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { type Clock, TimeoutError } from '@evenkeel/core';
import { type Dispatcher, errors } from 'undici';
import type { WithRequestTrailers } from '../request-policy.ts';
import { cancelStream } from './cancel-stream.ts';
import { codeName, Http2RefusedError, Http2StreamError } from './http2-errors.ts';
import { type IdleTimer, idleTimer } from './idle-timer.ts';
import { asObject, requestFields, responseFields } from './request-fields.ts';
import { pieces, wholeBody, writeBody } from './write-body.ts';

/** The connection as a request on it sees it. */
export interface StreamOwner {
  readonly clock: Clock;
  /** Opens a stream. */
  openStream(fields: OutgoingHttpHeaders, options: ClientSessionRequestOptions): ClientHttp2Stream;
  /** Whether the endpoint has said that it did not take a stream. */
  isRefused(stream: ClientHttp2Stream): boolean;
  /** A request has ended; `suspect` when the endpoint was silent, and may be gone. */
  ended(request: StreamRequest, suspect: boolean): void;
}

/** A request as it was dispatched, with its limits, in ms; 0 is none. */
export interface StreamCall {
  readonly origin: URL;
  readonly options: Dispatcher.DispatchOptions & WithRequestTrailers;
  readonly handler: Dispatcher.DispatchHandler;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
}

type RawHeaders = string[] | null;
type HandlerHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/**
 * One request on a stream of its own: an undici handler at one end, HTTP/2 at the other. Request and response stream at the same
 * time, each with back-pressure; a response without content ends in the turn in which it starts.
 */
export class StreamRequest implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: RawHeaders = null;
  rawTrailers: RawHeaders = null;
  private readonly call: StreamCall;
  private owner: StreamOwner | undefined;
  private stream: ClientHttp2Stream | undefined;
  private answered = false;
  private over = false;
  private expected: number | undefined;
  private received = 0;
  private timer: IdleTimer | undefined;

  constructor(call: StreamCall) {
    this.call = call;
  }

  /** Sends the request on a connection. */
  start(owner: StreamOwner): void {
    const { options, handler, origin, headersMs } = this.call;
    this.owner = owner;
    try {
      handler.onRequestStart?.(this, null);
      if (this.over) return;
      const fields = requestFields(options, origin);
      const whole = wholeBody(options.body);
      const parts = whole === undefined ? pieces(options.body as object) : undefined;
      if (parts?.type !== undefined) fields['content-type'] ??= parts.type;
      if (whole !== undefined && (whole.length > 0 || options.body != null)) {
        fields['content-length'] ??= String(whole.length);
      }
      const { requestTrailers } = options;
      const endStream = whole?.length === 0;
      const waitForTrailers = requestTrailers !== undefined && !endStream;
      const stream = owner.openStream(fields, { endStream, waitForTrailers });
      if (waitForTrailers) stream.on('wantTrailers', () => sendTrailers(stream, requestTrailers()));
      this.stream = stream;
      this.listen(stream, options.method === 'HEAD');
      if (headersMs > 0) {
        this.timer = idleTimer(owner.clock, headersMs, () =>
          this.fail(new errors.HeadersTimeoutError(), true),
        );
      }
      if (whole !== undefined) this.sendWhole(stream, whole);
      else if (parts !== undefined) this.sendParts(stream, parts.parts);
    } catch (error) {
      this.fail(error as Error, false);
    }
  }

  /** Ends a request that has no stream, or one whose stream cannot go on. */
  fail(error: Error, suspect: boolean): void {
    if (this.over) return;
    this.end(suspect && !this.answered);
    if (this.stream !== undefined) cancelStream(this.stream);
    this.call.handler.onResponseError?.(this, error);
  }

  abort(reason: Error): void {
    if (this.over || this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? new errors.RequestAbortedError();
    this.fail(this.reason, this.reason instanceof TimeoutError);
  }

  pause(): void {
    this.paused = true;
    this.stream?.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.timer?.touch();
    this.stream?.resume();
  }

  private listen(stream: ClientHttp2Stream, isHead: boolean): void {
    stream.on('headers', (headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.inform(Number(headers[':status']), rawOf(raw, headers));
    });
    stream.on('response', (headers: IncomingHttpHeaders, flags: number, raw?: string[]) => {
      const last = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      this.answer(Number(headers[':status']), rawOf(raw, headers), isHead, last);
    });
    stream.on('trailers', (headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.rawTrailers = rawOf(raw, headers);
    });
    stream.on('end', () => this.complete());
    stream.on('error', () => {});
    stream.on('close', () => this.closed(stream));
  }

  private inform(status: number, raw: string[]): void {
    // Nobody here asks for 100; what is not a response yet changes no limit.
    if (this.over || this.answered || status === 100) return;
    this.rawHeaders = raw;
    this.guard(() => this.call.handler.onResponseStart?.(this, status, asObject(raw) as HandlerHeaders, ''));
  }

  private answer(status: number, raw: string[], isHead: boolean, last: boolean): void {
    const { owner, stream, call } = this;
    if (this.over || owner === undefined || stream === undefined) return;
    const { handler, bodyIdleMs } = call;
    this.answered = true;
    this.rawHeaders = raw;
    this.timer?.stop();
    this.timer = undefined;
    handler.onResponseStarted?.();
    const fields = asObject(raw);
    const length = fields['content-length'];
    if (!isHead && status !== 304 && typeof length === 'string') this.expected = Number(length);
    this.guard(() => handler.onResponseStart?.(this, status, fields as HandlerHeaders, ''));
    if (this.over) return;
    if (last) {
      this.complete();
      return;
    }
    if (bodyIdleMs > 0) {
      this.timer = idleTimer(owner.clock, bodyIdleMs, () => {
        if (this.paused) this.timer?.touch();
        else this.fail(new errors.BodyTimeoutError(), true);
      });
    }
    stream.on('data', (chunk: Buffer) => {
      if (this.over) return;
      this.received += chunk.length;
      this.timer?.touch();
      this.guard(() => handler.onResponseData?.(this, chunk));
    });
    if (this.paused) stream.pause();
  }

  private complete(): void {
    const { stream } = this;
    if (this.over || !this.answered) return;
    if (this.expected !== undefined && this.received !== this.expected) {
      this.fail(new errors.ResponseContentLengthMismatchError(), false);
      return;
    }
    this.end(false);
    // Nobody wants the rest of the request (RFC 9113 §8.1).
    if (stream !== undefined && !stream.writableEnded) cancelStream(stream);
    else stream?.resume();
    try {
      this.call.handler.onResponseEnd?.(this, asObject(this.rawTrailers ?? []) as HandlerHeaders);
    } catch (error) {
      this.call.handler.onResponseError?.(this, error as Error);
    }
  }

  private closed(stream: ClientHttp2Stream): void {
    if (this.over) return;
    const { rstCode } = stream;
    const refused = !this.answered && this.owner?.isRefused(stream) === true;
    const error = refused
      ? new Http2RefusedError('the endpoint did not take the request')
      : new Http2StreamError(`the endpoint reset the stream (${codeName(rstCode)})`, rstCode);
    this.fail(error, false);
  }

  private sendWhole(stream: ClientHttp2Stream, body: Uint8Array): void {
    if (body.length > 0) {
      stream.end(body);
      this.call.handler.onBodySent?.(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    }
    this.call.handler.onRequestSent?.();
  }

  private sendParts(stream: ClientHttp2Stream, parts: AsyncIterable<unknown> | Iterable<unknown>): void {
    const { handler } = this.call;
    void writeBody(stream, parts, {
      sent: (chunk) => {
        this.timer?.touch();
        if (!this.over) handler.onBodySent?.(chunk as Buffer);
      },
      finished: () => void (this.over || handler.onRequestSent?.()),
      failed: (error) => this.fail(error, false),
    });
  }

  /** What a handler throws ends its own request. */
  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fail(error as Error, false);
    }
  }

  private end(suspect: boolean): void {
    this.over = true;
    this.timer?.stop();
    this.owner?.ended(this, suspect);
  }
}

/** Trailers that HTTP/2 cannot carry are left out: the content counts. */
function sendTrailers(stream: ClientHttp2Stream, trailers: readonly string[]): void {
  try {
    stream.sendTrailers(asObject(trailers));
  } catch {
    if (!stream.destroyed) stream.sendTrailers({});
  }
}

/** Older Node gives no raw list with these events. */
function rawOf(raw: string[] | undefined, headers: IncomingHttpHeaders): string[] {
  if (raw !== undefined) return responseFields(raw);
  return Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(':') || value === undefined
      ? []
      : (Array.isArray(value) ? value : [value]).flatMap((one) => [name, one]),
  );
}
