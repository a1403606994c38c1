/** What a proxy is doing now, made by `proxy.inspect()`. Plain data, fit for JSON. */
export interface ProxyState {
  /** The name in `Via`. */
  readonly name: string;
  /** Whether it is being closed. */
  readonly draining: boolean;
  /** Exchanges that are open, tunnels included. */
  readonly active: number;
  readonly listeners: readonly ListenerState[];
  readonly routes: readonly RouteState[];
}

/** Where connections are accepted. */
export interface ListenerState {
  readonly address: string;
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
}

/** A route as it was given: what is neither data nor a name, such as a cache, is `true`. */
export interface RouteState {
  readonly name: string;
  readonly match: { readonly host?: string; readonly path?: string; readonly [condition: string]: unknown };
  readonly [option: string]: unknown;
}
