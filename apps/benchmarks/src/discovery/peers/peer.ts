import type { Place } from '../registries/registry.ts';

/** Another library that tells of changes in a registry, for comparison. */
export interface Peer {
  readonly name: string;
  /** Watches a service that exists, and resolves once it knows what is there. */
  watch(place: Place, service: string): Promise<PeerWatch>;
}

export interface PeerWatch extends AsyncDisposable {
  /** When it first told of this endpoint after a moment, both as of `performance.now()`. */
  seenAfter(moment: number, address: string): number | undefined;
}

/** Keeps what a peer told, and answers {@link PeerWatch.seenAfter}. */
export interface PeerLog {
  /** @param addresses what it listed; undefined when it told only that something changed */
  told(addresses: readonly string[] | undefined): void;
  readonly seenAfter: PeerWatch['seenAfter'];
}

/** Makes an empty log. */
export function peerLog(): PeerLog {
  const log: { readonly at: number; readonly addresses: readonly string[] | undefined }[] = [];
  return {
    told: (addresses) => void log.push({ at: performance.now(), addresses }),
    seenAfter: (moment, address) =>
      log.find(({ at, addresses }) => at >= moment && addresses?.includes(address) !== false)?.at,
  };
}
