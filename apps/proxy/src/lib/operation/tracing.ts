import { openTelemetry, type ProxyTracer } from '@evenkeel/telemetry';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../schema/operation.ts';

/** The traces of a proxy, on their way to a collector. */
export interface Tracing {
  readonly tracer: ProxyTracer;
  /** Sends what waits, for at most two seconds. */
  close(): Promise<void>;
}

/** What tracing needs beside its configuration. */
export interface TracingContext {
  /** The name in `Via`. */
  readonly name: string;
  readonly say: (line: string) => void;
}

const CLOSE_MS = 2_000;

/** Begins to trace. */
export async function startTracing(
  { otlp, samplingRatio = 1, serviceName }: TracingConfig,
  { name, say }: TracingContext,
): Promise<Tracing> {
  const { url, headers, timeoutMs, delayMs } = otlp;
  const exporter = new OTLPTraceExporter({
    url,
    ...(headers && { headers }),
    ...(timeoutMs !== undefined && { timeoutMillis: timeoutMs }),
  });
  const provider = new TracerProvider({
    // A trace that comes with a request is sampled as its client decided.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplingRatio) }),
    resource: resourceFromAttributes({ 'service.name': serviceName ?? name }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: telling(exporter, say),
        ...(delayMs !== undefined && { scheduledDelayMillis: delayMs }),
      }),
    ],
  });
  return {
    tracer: await openTelemetry({ tracer: provider.getTracer('evenkeel') }),
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, CLOSE_MS).unref();
      await Promise.race([provider.shutdown().catch(() => {}), promise]);
    },
  };
}

/** Says when exports begin to fail, and when they work again. */
function telling(exporter: SpanExporter, say: (line: string) => void): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined && !failing) say(`tracing: spans cannot be sent: ${error.message}`);
        if (error === undefined && failing) say('tracing: spans are sent again');
        failing = error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
