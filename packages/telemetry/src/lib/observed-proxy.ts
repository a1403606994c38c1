/*
 * The parts of a proxy that telemetry looks at. Structural, so that this package needs no other: a `ReverseProxy` of `@evenkeel/proxy` fits.
 */

/** Something that tells of its exchanges. */
export interface ObservedProxy {
  subscribe(listener: (event: ObservedEvent) => void): Disposable;
  inspect(): {
    readonly active: number;
    readonly listeners: readonly {
      readonly address: string;
      readonly port: number;
      readonly connections: number;
    }[];
  };
}

/** One of its events; those of other types are left alone. */
export type ObservedEvent =
  | ExchangeEvent
  | { readonly type: 'connectionRefused'; readonly reason: string }
  | { readonly type: 'listenerFailed' }
  | { readonly type: 'mirrorEnded' };

/** An exchange that ended. */
export interface ExchangeEvent {
  readonly type: 'exchangeEnded';
  readonly route: string | undefined;
  readonly cluster: string | undefined;
  readonly status: number;
  readonly reason: string | undefined;
  readonly cacheStatus: string | undefined;
  readonly attemptLog: readonly AttemptEvent[];
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly firstByteMs: number | undefined;
  readonly durationMs: number;
}

/** One of its attempts. */
export interface AttemptEvent {
  readonly kind: 'first' | 'retry' | 'hedge';
  readonly outcome: 'success' | 'failure' | 'cancelled' | undefined;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly durationMs: number;
}
