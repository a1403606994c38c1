/** The part of an ioredis `Redis` or `Cluster` that is used; pass your own, or something that behaves like it. */
export interface RedisClient {
  /** True for a `Cluster`. */
  readonly isCluster?: boolean;
  /** Read for `keyPrefix`, which must not be set. */
  readonly options?: object;
  getBuffer(key: string): Promise<Buffer | null>;
  mgetBuffer(...keys: string[]): Promise<(Buffer | null)[]>;
  set(key: string, value: Buffer, unit: 'PX', ttlMs: number): Promise<unknown>;
  set(key: string, value: Buffer, unit: 'PX', ttlMs: number, only: 'NX'): Promise<unknown>;
  del(key: string): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  /** A connection with the same settings, to subscribe with. A cluster is asked for `nodes` instead. */
  duplicate(overrides?: object): object;
  /** The members of a cluster: messages reach every one of them. */
  nodes?(role: 'all'): readonly RedisClient[];
}

/** One connection that is opened here. */
export interface RedisSocket {
  connect(): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
}
