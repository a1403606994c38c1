/** The part of a trace that travels in requests: W3C Trace Context. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span that is the parent of what follows. */
  readonly spanId: string;
  /** Bit 0: sampled. */
  readonly traceFlags: number;
  /** The list of `tracestate`, all its lines joined; undefined when there is none. */
  readonly traceState: string | undefined;
}

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;

/**
 * Reads the context of a request; undefined when it has none, or one that is not valid, whose `tracestate` counts for nothing then
 * (W3C Trace Context §3.2, §4.3).
 *
 * @param rawHeaders names and values in turn
 */
export function readTraceContext(rawHeaders: readonly string[]): TraceContext | undefined {
  const parents = valuesOf(rawHeaders, 'traceparent');
  const match = parents.length === 1 ? TRACEPARENT.exec(parents[0]?.trim() ?? '') : null;
  if (match === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', further] = match;
  // A later version may have more to say; this one may not.
  if (version === 'ff' || (version === '00' && further !== undefined)) return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  const states = valuesOf(rawHeaders, 'tracestate').filter((value) => value.trim() !== '');
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    traceState: states.length === 0 ? undefined : states.join(','),
  };
}

/** Writes a context as the fields of a request; `tracestate` is undefined where there is none. */
export function traceContextFields(context: TraceContext): {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
} {
  const { traceId, spanId, traceFlags, traceState } = context;
  // The flags that version 00 knows: sampled, and that the id is random.
  const flags = (traceFlags & 0x03).toString(16).padStart(2, '0');
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState };
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
  }
  return values;
}
