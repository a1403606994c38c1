import type { Failure } from '../errors/reason.ts';
import type { Exchange, RawHeaders, RequestBody, ResponseWriter } from '../exchange.ts';
import { type HeaderFields, headerFields } from '../headers/header-fields.ts';
import type { ResponseHead, RoutedRequest } from '../middleware/middleware.ts';
import { wrapResponse } from '../middleware/wrap-response.ts';
import { matchPath, type PathMatch } from '../routing/path-pattern.ts';
import type { Route } from '../routing/route.ts';
import type { ExchangeRun } from './exchange-run.ts';

/** What the pipeline has made of a request when its route is found. */
export interface RoutedParts {
  readonly route: Route | undefined;
  readonly hostname: string | undefined;
  readonly path: string;
  readonly headers: string[];
}

/** An exchange between its route and its cluster: the one that middleware sees. */
export class RoutedExchange implements RoutedRequest {
  readonly exchange: Exchange;
  readonly route: string | undefined;
  readonly hostname: string | undefined;
  readonly clientAddress: string | undefined;
  readonly headers: HeaderFields;
  method: string;
  path: string;
  body: RequestBody | undefined;
  hashKey: string | undefined;
  private readonly run: ExchangeRun;
  private readonly parts: RoutedParts;

  constructor(run: ExchangeRun, parts: RoutedParts) {
    const { route, hostname, path, headers } = parts;
    const { exchange } = run;
    this.run = run;
    this.parts = parts;
    this.exchange = exchange;
    this.route = route?.name;
    this.hostname = hostname;
    this.clientAddress = exchange.remoteAddress;
    this.headers = headerFields(headers);
    this.method = exchange.method;
    this.path = path;
    this.body = exchange.body;
    this.hashKey = undefined;
    run.cluster = route?.cluster;
  }

  get matched(): PathMatch {
    const { route, path } = this.parts;
    if (route === undefined) return { prefix: '', rest: path, parameters: {} };
    const query = path.indexOf('?');
    return matchPath(route.pattern, query === -1 ? path : path.slice(0, query));
  }

  get cluster(): string | undefined {
    return this.run.cluster;
  }

  set cluster(name: string | undefined) {
    this.run.cluster = name;
  }

  get endpoint(): string | undefined {
    return this.run.upstream?.endpoint;
  }

  get response(): ResponseWriter {
    return this.run.response;
  }

  set response(writer: ResponseWriter) {
    this.run.response = writer;
  }

  get done(): boolean {
    const { response } = this.run;
    return response.started || response.closed;
  }

  respond(status: number, headers: RawHeaders, body?: Uint8Array | string): void {
    if (this.done) return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const sized = bytes !== undefined || (status !== 204 && status !== 304);
    const framing = sized ? ['content-length', String(bytes?.length ?? 0)] : [];
    this.run.answer(status, [...headers, ...framing], bytes);
  }

  fail(failure: Failure, error?: unknown): void {
    if (!this.response.closed) this.run.fail(failure, error);
  }

  onResponse(change: (head: ResponseHead) => void): void {
    const inner = this.response;
    this.response = wrapResponse(inner, {
      start: (status, reason, headers) => {
        const head = { status, headers: headerFields([...headers]) };
        change(head);
        this.run.status = head.status;
        inner.start(head.status, head.status === status ? reason : '', head.headers.raw);
      },
    });
  }

  onEnd(callback: (complete: boolean) => void): void {
    this.run.onEnd(callback);
  }
}
