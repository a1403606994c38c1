import type { Dispatcher } from 'undici';
import type { Fields } from '../http/fields.ts';
import { RelayController } from './relay-controller.ts';

type Handler = Dispatcher.DispatchHandler;

const CHUNK_BYTES = 65_536;
const NOTHING = Buffer.alloc(0);
const NO_FIELDS: Fields = Object.freeze({});

/** The caller of one exchange: it is started once, and ended once, however many answer it. */
export class Downstream {
  readonly controller: RelayController;
  readonly handler: Handler;
  private started = false;
  private ended = false;
  private headSent = false;

  constructor(handler: Handler) {
    this.handler = handler;
    this.controller = new RelayController((reason) => this.fail(reason));
  }

  /** Whether a response has begun: another one cannot take its place any more. */
  get answered(): boolean {
    return this.headSent || this.ended;
  }

  start(context: unknown): void {
    if (this.started || this.ended) return;
    this.started = true;
    this.handler.onRequestStart?.(this.controller, context);
  }

  head(status: number, fields: Fields, message: string | undefined): void {
    if (this.ended) return;
    if (status >= 200) this.headSent = true;
    this.controller.lines = fieldLines(fields);
    this.handler.onResponseStart?.(this.controller, status, fields, message);
  }

  data(chunk: Buffer): void {
    if (!this.ended) this.handler.onResponseData?.(this.controller, chunk);
  }

  end(trailers: Fields): void {
    if (this.ended) return;
    this.ended = true;
    this.controller.rawTrailers = fieldLines(trailers).map((text) => Buffer.from(text, 'latin1'));
    this.handler.onResponseEnd?.(this.controller, trailers);
  }

  fail(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.handler.onResponseError?.(this.controller, error);
  }

  /** Answers with what is in memory. Nobody catches what a handler throws here, so it ends the exchange as an error. */
  reply(status: number, message: string, fields: Fields, body: Buffer): void {
    try {
      this.start(null);
      if (this.ended) return;
      this.head(status, fields, message);
      if (body.length > CHUNK_BYTES || this.controller.paused) {
        this.stream(body);
        return;
      }
      if (body.length > 0) this.data(body);
      if (this.controller.paused) this.stream(NOTHING);
      else this.end(NO_FIELDS);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Hands a body on in parts, as fast as the caller takes it. */
  private stream(body: Buffer): void {
    let offset = 0;
    let sending = false;
    const send = (): void => {
      if (sending) return;
      sending = true;
      while (offset < body.length && !this.controller.paused && !this.ended) {
        const chunk = body.subarray(offset, offset + CHUNK_BYTES);
        offset += chunk.length;
        this.data(chunk);
      }
      sending = false;
      if (offset >= body.length && !this.controller.paused) this.end(NO_FIELDS);
    };
    this.controller.attach({
      abort: (reason) => this.fail(reason),
      pause: () => {},
      resume: () => {
        try {
          send();
        } catch (error) {
          this.fail(error as Error);
        }
      },
    });
    send();
  }
}

function fieldLines(fields: Readonly<Fields>): string[] {
  const lines: string[] = [];
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'string') lines.push(name, value);
    else for (const line of value ?? []) lines.push(name, line);
  }
  return lines;
}
