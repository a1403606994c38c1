import type { ConnectionOptions } from 'node:tls';
import { systemClock } from '@evenkeel/core';
import { Dispatcher } from 'undici';
import { Http2Agent } from './http2-agent.ts';

/** A check is over when its signal says so; this only bounds how long a socket that nobody waits for may linger. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** Sends each request over a connection of its own, as health checks want it: one kept alive would say nothing of new ones. */
export class OneTimeHttp2 extends Dispatcher {
  private readonly tls: ConnectionOptions;

  constructor(tls: ConnectionOptions) {
    super();
    this.tls = tls;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const limits = { connectMs: CONNECT_TIMEOUT_MS, headersMs: 0, bodyIdleMs: 0 };
    const agent = new Http2Agent({ tls: this.tls, clock: systemClock, ...limits });
    const dispatched = agent.dispatch(options, handler);
    // Lets the request end, and then the connection.
    void agent.close();
    return dispatched;
  }

  /** Every connection ends by itself. */
  override destroy(): Promise<void>;
  override destroy(...args: unknown[]): Promise<void> | void;
  override destroy(): Promise<void> {
    return Promise.resolve();
  }
}
