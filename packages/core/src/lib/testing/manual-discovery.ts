import type { Discovery, Snapshot } from '../discovery.ts';
import { type EndpointInput, toEndpoint } from '../endpoint.ts';

/** A discovery whose snapshots a test pushes by hand. */
export interface ManualDiscovery extends Discovery {
  /** Open watches. */
  readonly watchers: number;
  /** Hands a snapshot to every watcher, now and future; slow ones see the newest only. */
  push(snapshot: readonly (string | EndpointInput)[] | Snapshot): void;
  /** Makes every open watch throw. */
  fail(error: unknown): void;
}

/** Makes a discovery for tests; with endpoints given, they are its first snapshot. */
export function manualDiscovery(first?: readonly (string | EndpointInput)[]): ManualDiscovery {
  const watchers = new Set<Watcher>();
  let latest: Snapshot | undefined = first && { endpoints: first.map((input) => toEndpoint(input)) };

  return {
    get watchers() {
      return watchers.size;
    },
    push(snapshot) {
      latest = isList(snapshot) ? { endpoints: snapshot.map((input) => toEndpoint(input)) } : snapshot;
      for (const watcher of watchers) watcher.offer(latest);
    },
    fail(error) {
      for (const watcher of watchers) watcher.fail(error);
    },
    async *watch({ signal }) {
      const watcher = new Watcher();
      watchers.add(watcher);
      const onAbort = (): void => watcher.end();
      signal.addEventListener('abort', onAbort, { once: true });
      if (latest !== undefined) watcher.offer(latest);
      try {
        while (!signal.aborted) {
          const snapshot = await watcher.next();
          if (snapshot === undefined) return;
          yield snapshot;
        }
      } finally {
        watchers.delete(watcher);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}

function isList(
  value: readonly (string | EndpointInput)[] | Snapshot,
): value is readonly (string | EndpointInput)[] {
  return Array.isArray(value);
}

/** One slot between a pushing and a pulling side: an unread snapshot is replaced by a newer one. */
class Watcher {
  private snapshot: Snapshot | undefined;
  private failure: { readonly error: unknown } | undefined;
  private ended = false;
  private wake: (() => void) | undefined;

  offer(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.wake?.();
  }

  fail(error: unknown): void {
    this.failure = { error };
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async next(): Promise<Snapshot | undefined> {
    while (this.snapshot === undefined && this.failure === undefined && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.failure !== undefined) throw this.failure.error;
    if (this.ended) return undefined;
    const { snapshot } = this;
    this.snapshot = undefined;
    return snapshot;
  }
}
