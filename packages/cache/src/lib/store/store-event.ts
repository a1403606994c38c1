/** The shared store failed or was too slow so often that it is left alone until it answers again. */
export interface StoreDown {
  readonly type: 'storeDown';
  readonly store: string;
  /** The last failure. */
  readonly error: unknown;
}

/** The shared store answers again; what was purged meanwhile has been purged there too. */
export interface StoreRecovered {
  readonly type: 'storeRecovered';
  readonly store: string;
  readonly downMs: number;
}

/** One call of the shared store failed; the request went on without it. */
export interface StoreFailed {
  readonly type: 'storeFailed';
  readonly store: string;
  readonly operation: string;
  readonly error: unknown;
}

/** A response was not stored because too much waits to be written. */
export interface WriteDropped {
  readonly type: 'writeDropped';
  readonly store: string;
  readonly pendingBytes: number;
}

/** What the store held under a key was no entry of ours, or damaged; it counts as a miss. */
export interface EntryCorrupt {
  readonly type: 'entryCorrupt';
  readonly store: string;
  readonly key: string;
}

/** What a cache store tells of itself. */
export type StoreEvent = StoreDown | StoreRecovered | StoreFailed | WriteDropped | EntryCorrupt;
