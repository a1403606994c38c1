import { Lru } from '../store/lru.ts';
import type { StoredResponse } from '../store/stored-response.ts';

/** How a fetch ended for those who wait for it. */
export type Landing =
  | { readonly kind: 'stored'; readonly response: StoredResponse }
  /** Its response is for nobody else: each goes to the origin, and so do those who come soon after. */
  | { readonly kind: 'unshared' }
  /** There was none: each who waits goes to the origin. */
  | { readonly kind: 'failed' }
  /** Its caller went away: another one fetches. */
  | { readonly kind: 'abandoned' };

/** One fetch that others wait for. */
export interface Flight {
  /** Purges that this instance had heard of when it began: who comes after another one needs a newer response. */
  readonly epoch: number;
  readonly landed: Promise<Landing>;
  /** Counts once. */
  land(landing: Landing): void;
}

/** How many names are remembered as not worth waiting for, and for how long, in ms. */
const MAX_UNSHARED = 10_000;
const UNSHARED_MS = 10_000;

/** The fetches of this process, one for each name. */
export class Flights {
  private readonly open = new Map<string, Flight>();
  private readonly unshared = new Lru<number>(MAX_UNSHARED);
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  get(name: string, epoch: number): Flight | undefined {
    const flight = this.open.get(name);
    return flight?.epoch === epoch ? flight : undefined;
  }

  /** Whether the last response was for nobody else, a short while ago: to wait for the next one would be in vain. */
  isUnshared(name: string): boolean {
    return (this.unshared.get(name) ?? 0) > this.now();
  }

  take(name: string, epoch: number): Flight {
    const { promise, resolve } = Promise.withResolvers<Landing>();
    const flight: Flight = {
      epoch,
      landed: promise,
      land: (landing) => {
        if (this.open.get(name) === flight) this.open.delete(name);
        if (landing.kind === 'unshared') this.unshared.set(name, this.now() + UNSHARED_MS);
        else if (landing.kind === 'stored') this.unshared.delete(name);
        resolve(landing);
      },
    };
    this.open.set(name, flight);
    return flight;
  }
}
