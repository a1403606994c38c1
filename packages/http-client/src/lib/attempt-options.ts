import type { Dispatcher } from 'undici';
import type { RequestBody } from './body.ts';
import type { Policy } from './policy.ts';
import { headerValue, type StableHeaders, stableHeaders, withHeader } from './request-headers.ts';
import type { Target, Upstream } from './upstream.ts';

/** undici honours `servername` for one request, though its types do not have it. */
type AttemptDispatchOptions = Dispatcher.DispatchOptions & { servername?: string };

/** Makes what undici gets for each attempt of one request. */
export class AttemptOptions {
  private readonly options: Dispatcher.DispatchOptions;
  private readonly policy: Policy;
  private readonly headers: StableHeaders;

  constructor(options: Dispatcher.DispatchOptions, policy: Policy, upstream: Upstream) {
    this.options = options;
    this.policy = policy;
    const headers = stableHeaders(options.headers);
    const { hostHeader } = upstream;
    this.headers =
      hostHeader === undefined || (upstream.hostHeaderYields && headerValue(headers, 'host') !== undefined)
        ? headers
        : withHeader(headers, 'host', hostHeader);
  }

  /** With the query. */
  get path(): string {
    return this.options.path;
  }

  /** The time limit that the caller's request brings along, in ms; undefined when it brings none. */
  get incomingTimeoutMs(): number | undefined {
    const { deadlineHeader } = this.policy;
    const value = deadlineHeader === undefined ? undefined : headerValue(this.headers, deadlineHeader);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  }

  /**
   * @param remainingMs time left for the request, `Infinity` without a limit
   * @param own fields of this attempt alone, in place of others of their names
   */
  next(
    target: Target,
    body: RequestBody,
    remainingMs: number,
    own?: Readonly<Record<string, string>>,
  ): Dispatcher.DispatchOptions {
    const { options, policy } = this;
    const { deadlineHeader } = policy;
    let { headers } = this;
    if (deadlineHeader !== undefined && remainingMs !== Number.POSITIVE_INFINITY) {
      headers = withHeader(headers, deadlineHeader, String(Math.ceil(remainingMs)));
    }
    for (const name in own) headers = withHeader(headers, name, own[name] as string);
    const next: AttemptDispatchOptions = {
      ...options,
      origin: target.origin,
      headers: headers as NonNullable<Dispatcher.DispatchOptions['headers']>,
      body: body.open() ?? null,
    };
    if (target.servername !== undefined) next.servername = target.servername;
    if (policy.bodyIdleTimeoutMs !== undefined) next.bodyTimeout ??= policy.bodyIdleTimeoutMs;
    // Our own limit is exact and may be longer than undici's default.
    if (policy.perTryTimeoutMs > 0) next.headersTimeout ??= 0;
    return next;
  }
}
