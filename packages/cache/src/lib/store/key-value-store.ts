/** What every call of a driver gets: it must give up, and reject, as soon as the signal is aborted. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** A call that writes. */
export interface WriteOptions extends CallOptions {
  /** How long the value is kept, in ms; at least 1. A store may forget it earlier, and serve it up to a second longer. */
  readonly ttlMs: number;
  /**
   * Set where an older value must not be found any more, whichever member of the store it is on, even one that is down now: a driver over
   * several servers that stand in for each other sees to it. @default false
   */
  readonly everywhere?: boolean;
}

/** Hears of what other instances published. */
export interface MessageListener {
  /** A message of any instance, this one included. */
  onMessage(message: string): void;
  /**
   * Whether messages arrive. `false`: some may have been missed since. Called with `true` only after messages are
   * certain to arrive from now on.
   */
  onLive(live: boolean): void;
}

/**
 * A key-value store that several instances share: all that a driver of the cache has to be.
 *
 * Keys are 1 to 200 characters of printable ASCII without spaces; a part in braces names what belongs together, for
 * stores that shard by it. Values are bytes of any length up to `maxValueBytes`. Calls reject when the store fails; they
 * never hang once their signal is aborted.
 */
export interface KeyValueStore {
  /** For messages and events. */
  readonly name: string;
  /** The longest value the store takes, in bytes; longer ones are not stored. */
  readonly maxValueBytes: number;
  /** The values of some keys, in their order; undefined where there is none. One round trip. */
  getMany(keys: readonly string[], options: CallOptions): Promise<readonly (Buffer | undefined)[]>;
  /** Writes a value, whatever was there. */
  set(key: string, value: Buffer, options: WriteOptions): Promise<void>;
  /** Writes a value only where there is none, as one step; says whether it did. */
  add(key: string, value: Buffer, options: WriteOptions): Promise<boolean>;
  delete(key: string, options: CallOptions): Promise<void>;
  /** Tells every subscribed instance. Only with {@link KeyValueStore.subscribe}. */
  publish?(message: string, options: CallOptions): Promise<void>;
  /** Hears of messages until disposed; the driver subscribes again by itself after a failure. */
  subscribe?(listener: MessageListener): Disposable;
  /** Frees what the driver opened itself. */
  close(): Promise<void>;
}
