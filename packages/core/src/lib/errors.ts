const BRAND = Symbol.for('evenkeel.error');

/** Every code an Evenkeel error can carry; `docs/errors.md` says what to do about each. */
export type EvenkeelErrorCode =
  | 'ERR_EVENKEEL_INVALID_OPTIONS'
  | 'ERR_EVENKEEL_NO_ENDPOINTS'
  | 'ERR_EVENKEEL_OVERLOADED'
  | 'ERR_EVENKEEL_NOT_READY'
  | 'ERR_EVENKEEL_DISCOVERY'
  | 'ERR_EVENKEEL_HEALTH_CHECK'
  | 'ERR_EVENKEEL_UPSTREAM'
  | 'ERR_EVENKEEL_TIMEOUT'
  | 'ERR_EVENKEEL_NOT_VALIDATED'
  | 'ERR_EVENKEEL_CLOSED';

/** The base of all errors that Evenkeel throws. Recognise one with {@link isEvenkeelError}, which works across copies of the package. */
export class EvenkeelError extends Error {
  readonly code: EvenkeelErrorCode;

  constructor(code: EvenkeelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
Object.defineProperty(EvenkeelError.prototype, BRAND, { value: true });

/** Whether a value is an Evenkeel error, from this or another copy of the package; optionally of one code. */
export function isEvenkeelError(value: unknown, code?: EvenkeelErrorCode): value is EvenkeelError {
  const error = value as Partial<EvenkeelError> | null | undefined;
  const branded = typeof error === 'object' && error !== null && BRAND in error;
  return branded && (code === undefined || error.code === code);
}

/** An option is missing, of the wrong kind or out of its range. The message names the field, the value and what is allowed. */
export class InvalidOptionsError extends EvenkeelError {
  readonly field: string;

  constructor(field: string, value: unknown, allowed: string) {
    super('ERR_EVENKEEL_INVALID_OPTIONS', `${field}: got ${show(value)}, expected ${allowed}`);
    this.field = field;
  }
}

/** How many endpoints a cluster knew, and why none could be picked. */
export interface EndpointCounts {
  readonly known: number;
  readonly healthy: number;
  readonly ejected: number;
  readonly draining: number;
}

/** No endpoint can take the request. Made without a stack trace, as it can be thrown many times a second. */
export class NoEndpointsError extends EvenkeelError {
  readonly cluster: string;
  readonly counts: EndpointCounts;

  constructor(cluster: string, counts: EndpointCounts, reason: string) {
    super(
      'ERR_EVENKEEL_NO_ENDPOINTS',
      `cluster "${cluster}": ${reason} (known ${counts.known}, healthy ${counts.healthy}, ejected ${counts.ejected}, draining ${counts.draining})`,
    );
    this.cluster = cluster;
    this.counts = counts;
  }
}

/** Every endpoint that could take the request is at its concurrency limit: fail fast, or try later. */
export class OverloadedError extends EvenkeelError {
  readonly cluster: string;

  constructor(cluster: string, candidates: number) {
    super(
      'ERR_EVENKEEL_OVERLOADED',
      `cluster "${cluster}": all ${candidates} endpoints are at their concurrency limit`,
    );
    this.cluster = cluster;
  }
}

/** A registry could not be read, or what it said made no sense. */
export class DiscoveryError extends EvenkeelError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_EVENKEEL_DISCOVERY', message, options);
  }
}

/** An active health check failed; `cause` has the underlying error where there is one. */
export class HealthCheckError extends EvenkeelError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_EVENKEEL_HEALTH_CHECK', message, options);
  }
}

/** Where a failed request went wrong. */
export type ErrorSource = 'upstream' | 'downstream' | 'internal';

/** A request failed on its way to or from an endpoint. */
export class UpstreamError extends EvenkeelError {
  readonly source: ErrorSource;
  /** Whether sending the request again is safe. */
  readonly retryable: boolean;

  constructor(message: string, options: ErrorOptions & { source: ErrorSource; retryable: boolean }) {
    super('ERR_EVENKEEL_UPSTREAM', message, options);
    this.source = options.source;
    this.retryable = options.retryable;
  }
}

/** A time limit passed: `kind` says which one. */
export class TimeoutError extends EvenkeelError {
  readonly kind: string;
  readonly timeoutMs: number;

  constructor(kind: string, timeoutMs: number, subject: string) {
    super('ERR_EVENKEEL_TIMEOUT', `${subject}: ${kind} timeout of ${timeoutMs} ms passed`);
    this.kind = kind;
    this.timeoutMs = timeoutMs;
  }
}

/** Runs `make` without the cost of a stack trace: for errors that are answers, not accidents. */
export function withoutStack<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function show(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
