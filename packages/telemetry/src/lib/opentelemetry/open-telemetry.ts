import type { Outcome } from '@evenkeel/core';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { clientEnd, clientStart, methodName, serverEnd, serverStart } from './attributes.ts';
import { loadApi, type OpenTelemetryApi } from './load-api.ts';
import { readTraceContext, traceContextFields } from './trace-context.ts';
import type {
  ProxyTrace,
  ProxyTracer,
  TracedAttempt,
  TracedEnd,
  TracedExchange,
  TracedUrl,
} from './traced-proxy.ts';

/** Options of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** A `Tracer` of OpenTelemetry; it decides what is sampled. @default the one of the SDK that is registered, by the name `evenkeel` */
  readonly tracer?: SpanStarter;
}

/** What is used of a `Tracer`; structural, so that the types need no library. */
export interface SpanStarter {
  startSpan(...args: never[]): unknown;
}

/**
 * Makes a tracer for `createProxy({ tracer })`: a server span for each exchange and a client span for each try, with the attributes of
 * the semantic conventions of HTTP. The context of a client's request (W3C Trace Context) is continued, its decision on
 * sampling as the SDK is set up to honour it, and each try carries the context of its own span.
 *
 * @throws EvenkeelError when `@opentelemetry/api` is not installed
 */
export async function openTelemetry(options: OpenTelemetryOptions = {}): Promise<ProxyTracer> {
  const api = await loadApi();
  const tracer = (options.tracer as Tracer | undefined) ?? api.trace.getTracer('evenkeel');
  return {
    exchangeStarted(exchange) {
      const parent = remoteContext(api, exchange);
      const attributes = defined(serverStart(exchange));
      const kind = api.SpanKind.SERVER;
      const server = tracer.startSpan(methodName(exchange.method), { kind, attributes }, parent);
      // Without an SDK spans have no identity: what the client sent must go on as it came.
      if (!api.isSpanContextValid(server.spanContext())) return undefined;
      return new ExchangeSpans({ api, tracer, exchange, server, context: api.trace.setSpan(parent, server) });
    },
  };
}

interface SpanParts {
  readonly api: OpenTelemetryApi;
  readonly tracer: Tracer;
  readonly exchange: TracedExchange;
  readonly server: Span;
  /** With the server span as the parent. */
  readonly context: Context;
}

/** The spans of one exchange. */
class ExchangeSpans implements ProxyTrace {
  readonly traceId: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  private readonly parts: SpanParts;
  private readonly attempts = new Map<TracedAttempt, Span>();

  constructor(parts: SpanParts) {
    this.parts = parts;
    this.traceId = parts.server.spanContext().traceId;
    this.headers = fieldsOf(parts.server);
  }

  attemptStarted(attempt: TracedAttempt, url: TracedUrl): Readonly<Record<string, string>> {
    const { api, tracer, exchange, context } = this.parts;
    const attributes = defined(clientStart(attempt, url, exchange.method));
    const span = tracer.startSpan(
      methodName(exchange.method),
      { kind: api.SpanKind.CLIENT, attributes },
      context,
    );
    this.attempts.set(attempt, span);
    return defined(fieldsOf(span)) as Record<string, string>;
  }

  attemptEnded(attempt: TracedAttempt, outcome: Outcome): void {
    const span = this.attempts.get(attempt);
    if (span === undefined) return;
    this.attempts.delete(attempt);
    const attributes = defined(clientEnd(outcome));
    span.setAttributes(attributes);
    if (attributes['error.type'] !== undefined) this.failed(span, outcome.error);
    span.end();
  }

  exchangeEnded(event: TracedEnd): void {
    const { server, exchange } = this.parts;
    server.setAttributes(defined(serverEnd(event)));
    if (event.route !== undefined) server.updateName(`${methodName(exchange.method)} ${event.route}`);
    // What the client did wrong is no error of a server (semantic conventions of HTTP spans).
    if (event.status >= 500) this.failed(server, undefined);
    server.end();
  }

  private failed(span: Span, error: unknown): void {
    span.setStatus({
      code: this.parts.api.SpanStatusCode.ERROR,
      ...(error instanceof Error && { message: error.message }),
    });
  }
}

/** The context of the client's request, as the parent of what follows. */
function remoteContext(api: OpenTelemetryApi, { rawHeaders }: TracedExchange): Context {
  const given = readTraceContext(rawHeaders);
  if (given === undefined) return api.ROOT_CONTEXT;
  const { traceState, ...ids } = given;
  return api.trace.setSpanContext(api.ROOT_CONTEXT, {
    ...ids,
    isRemote: true,
    ...(traceState !== undefined && { traceState: api.createTraceState(traceState) }),
  });
}

function fieldsOf(span: Span): ReturnType<typeof traceContextFields> {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const state = traceState?.serialize();
  return traceContextFields({ traceId, spanId, traceFlags, traceState: state === '' ? undefined : state });
}

function defined<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    T
  >;
}
