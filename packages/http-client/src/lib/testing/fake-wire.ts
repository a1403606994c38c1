import { PassThrough } from 'node:stream';
import type { Dispatcher } from 'undici';

type Stage = 'connecting' | 'waiting' | 'body' | 'tunnel' | 'closed';

/** One dispatch of a transport that a test moves by hand, with undici's order and guarding of calls. */
export class FakeWire {
  stage: Stage = 'connecting';
  readonly options: Dispatcher.DispatchOptions;
  readonly socket: PassThrough = new PassThrough();
  private readonly handler: Dispatcher.DispatchHandler;
  private readonly controller: Dispatcher.DispatchController;

  constructor(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
    this.options = options;
    this.handler = handler;
    this.controller = {
      aborted: false,
      paused: false,
      reason: null,
      rawHeaders: [],
      rawTrailers: [],
      abort: (reason) => this.fail(reason),
      pause() {},
      resume() {},
    };
  }

  connect(): void {
    if (this.stage !== 'connecting') return;
    this.stage = 'waiting';
    try {
      this.handler.onRequestStart?.(this.controller, null);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  answer(status: number, headers: Record<string, string> = {}): void {
    if (this.stage !== 'waiting') return;
    if (status >= 200) this.stage = 'body';
    this.guard(() => this.handler.onResponseStart?.(this.controller, status, headers, ''));
  }

  data(): void {
    if (this.stage === 'body')
      this.guard(() => this.handler.onResponseData?.(this.controller, Buffer.from('x')));
  }

  end(): void {
    if (this.stage !== 'body') return;
    this.stage = 'closed';
    this.handler.onResponseEnd?.(this.controller, {});
  }

  /** 101 where an upgrade was asked for. */
  upgrade(): void {
    if (this.stage !== 'waiting' || !this.options.upgrade) return;
    this.stage = 'tunnel';
    this.socket.once('close', () => {
      this.stage = 'closed';
    });
    this.guard(() => this.handler.onRequestUpgrade?.(this.controller, 101, {}, this.socket));
  }

  fail(error: Error): void {
    if (this.stage === 'closed') return;
    const { stage } = this;
    this.stage = 'closed';
    this.socket.destroy();
    const controller = stage === 'connecting' ? undefined : this.controller;
    this.handler.onResponseError?.(controller as Dispatcher.DispatchController, error);
  }

  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fail(error as Error);
    }
  }
}
