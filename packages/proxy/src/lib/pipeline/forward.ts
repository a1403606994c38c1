import type { Duplex, Readable } from 'node:stream';
import { balancedController } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import { classifyError } from '../errors/classify.ts';
import { failure } from '../errors/reason.ts';
import { type CacheOutcome, cacheOutcome } from '../events/cache-outcome.ts';
import type { RawHeaders, RequestBody } from '../exchange.ts';
import { fieldValues, listElements, toRawHeaders } from '../headers/raw-headers.ts';
import { ResponseFault, responseFault } from '../headers/response-fault.ts';
import { responseHeaders, responseTrailers } from '../headers/response-headers.ts';
import type { ExchangeRun, UpstreamHalf } from './exchange-run.ts';
import { tunnel } from './tunnel.ts';

/** Thrown into the upstream request when its exchange is over. */
const GONE = new Error('the exchange is over');
GONE.stack = '';

type Headers = Parameters<typeof toRawHeaders>[0];

/**
 * Sends one request upstream and relays the answer: an undici handler at one end, a response writer at the other. It
 * buffers nothing: what one side cannot take pauses the other.
 */
export class Forward implements Dispatcher.DispatchHandler, UpstreamHalf {
  private readonly run: ExchangeRun;
  private readonly takesTrailers: boolean;
  private controller: Dispatcher.DispatchController | undefined;
  private body: Readable | undefined;
  private over = false;

  constructor(run: ExchangeRun) {
    this.run = run;
    const { exchange } = run;
    this.takesTrailers =
      exchange.method !== 'HEAD' &&
      exchange.httpVersion !== '1.0' &&
      listElements(fieldValues(exchange.rawHeaders, 'te')).some((coding) => coding.startsWith('trailers'));
    run.upstream = this;
  }

  get endpoint(): string | undefined {
    return balancedController(this.controller)?.endpoint?.id;
  }

  get attempts(): number {
    return balancedController(this.controller)?.attempts ?? 0;
  }

  get cacheStatus(): CacheOutcome | undefined {
    return cacheOutcome(this.controller);
  }

  /** Dispatches; every error, thrown or reported, becomes an answer. */
  send(
    dispatch: Dispatcher['dispatch'],
    options: Dispatcher.DispatchOptions,
    body: RequestBody | undefined,
  ): void {
    const { exchange } = this.run;
    this.body = body?.open();
    try {
      dispatch({ ...options, body: this.body ?? null, upgrade: exchange.upgrade ?? null }, this);
    } catch (error) {
      this.onResponseError(undefined, error as Error);
    }
  }

  resume(): void {
    this.controller?.resume();
  }

  abort(): void {
    if (this.over) return;
    this.over = true;
    this.controller?.abort(GONE);
    this.body?.destroy();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(GONE);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
    reason?: string,
  ): void {
    if (this.over) return;
    const upstream = toRawHeaders((controller.rawHeaders as Headers) ?? headers);
    const keepTrailer = this.takesTrailers && status !== 204 && status !== 304 && !isSized(upstream);
    const relayed = responseHeaders(status, upstream, keepTrailer);
    const fault = responseFault(status, upstream, relayed);
    if (relayed === undefined || fault !== undefined) {
      this.break(controller, new ResponseFault(`${fault}`));
      return;
    }
    const { response } = this.run;
    if (status < 200) {
      response.inform(status, relayed);
      return;
    }
    this.run.status = status;
    response.start(status, reason ?? '', relayed);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.over && !this.run.response.write(chunk)) controller.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: Headers): void {
    if (this.over) return;
    this.over = true;
    const kept = this.takesTrailers
      ? responseTrailers(toRawHeaders((controller.rawTrailers as Headers) ?? trailers))
      : [];
    this.run.response.end(kept);
    this.body?.destroy();
  }

  onResponseError(controller: Dispatcher.DispatchController | null | undefined, error: Error): void {
    if (this.over) return;
    this.over = true;
    this.controller ??= controller ?? undefined;
    this.run.fail(classifyError(error), error);
    this.body?.destroy();
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
    socket: Duplex,
  ): void {
    const { exchange, response } = this.run;
    const relayed = responseHeaders(
      status,
      toRawHeaders((controller.rawHeaders as Headers) ?? headers),
      false,
    );
    if (this.over || status !== 101 || exchange.upgrade === undefined || relayed === undefined) {
      socket.destroy();
      if (!this.over)
        this.break(controller, new Error('the upstream switched protocols in a way that is not valid'));
      return;
    }
    this.over = true;
    this.run.status = status;
    tunnel(response.switchProtocols([...relayed, 'upgrade', exchange.upgrade]), socket);
  }

  private break(controller: Dispatcher.DispatchController, error: Error): void {
    this.over = true;
    this.run.fail(failure('upstream-protocol'), error);
    controller.abort(error);
    this.body?.destroy();
  }
}

function isSized(headers: RawHeaders): boolean {
  return fieldValues(headers, 'content-length').length > 0;
}
