/**
 * The part of an ioredis `Redis` or `Cluster` that is used; pass your own, or something that behaves like
 * it.
 */
export interface RedisClient {
  /** True for a `Cluster`. */
  readonly isCluster?: boolean;
  /** Read for `keyPrefix`, which must not be set. */
  readonly options?: object;
  evalsha(sha: string, keys: number, ...args: (string | number)[]): Promise<unknown>;
  eval(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>;
  /**
   * A connection with the same settings that is not open yet, to subscribe with. A cluster is asked for
   * `nodes` instead.
   */
  duplicate(overrides?: object): object;
  /** The members of a cluster: change messages reach every one of them. */
  nodes?(role: 'all'): readonly RedisClient[];
}

/** One connection that a watch or a registrar opened itself, and closes. */
export interface RedisSocket {
  connect(): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(): void;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}
