import type { Dispatcher } from 'undici';
import type { Fields } from '../http/fields.ts';
import { RelayController } from './relay-controller.ts';

type Handler = Dispatcher.DispatchHandler;

const CHUNK_BYTES = 65_536;

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
    this.controller.rawHeaders = rawFields(fields);
    this.handler.onResponseStart?.(this.controller, status, fields, message);
  }

  data(chunk: Buffer): void {
    if (!this.ended) this.handler.onResponseData?.(this.controller, chunk);
  }

  end(trailers: Fields): void {
    if (this.ended) return;
    this.ended = true;
    this.controller.rawTrailers = rawFields(trailers);
    this.handler.onResponseEnd?.(this.controller, trailers);
  }

  fail(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.handler.onResponseError?.(this.controller, error);
  }

  /** Answers with what is in memory. Nobody catches what a handler throws here, so it ends the exchange as an error. */
  reply(status: number, message: string, fields: Fields, body: Buffer): void {
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
      if (offset >= body.length && !this.controller.paused) this.end({});
    };
    const guarded = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        this.fail(error as Error);
      }
    };
    guarded(() => {
      this.controller.attach({
        abort: (reason) => this.fail(reason),
        pause: () => {},
        resume: () => guarded(send),
      });
      this.start(null);
      if (this.ended) return;
      sending = true;
      this.head(status, fields, message);
      sending = false;
      send();
    });
  }
}

function rawFields(fields: Fields): Buffer[] {
  const raw: Buffer[] = [];
  for (const [name, value] of Object.entries(fields)) {
    for (const line of [value].flat())
      raw.push(Buffer.from(name, 'latin1'), Buffer.from(`${line}`, 'latin1'));
  }
  return raw;
}
