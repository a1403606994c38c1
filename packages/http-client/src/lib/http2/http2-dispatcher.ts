import { Dispatcher } from 'undici';

/**
 * Sends requests over HTTP/2, and what HTTP/2 has no like of, upgrades and CONNECT, over HTTP/1.1. Closes neither of the two
 * dispatchers.
 */
export class Http2Dispatcher extends Dispatcher {
  private readonly http2: Dispatcher;
  private readonly http1: Dispatcher;

  constructor(http2: Dispatcher, http1: Dispatcher) {
    super();
    this.http2 = http2;
    this.http1 = http1;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const tunnel = options.method === 'CONNECT' || Boolean(options.upgrade);
    return (tunnel ? this.http1 : this.http2).dispatch(options, handler);
  }
}
