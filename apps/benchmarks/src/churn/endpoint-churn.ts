import { type Endpoint, type Random, type Snapshot, toEndpoint } from '@evenkeel/core';

/** A set of endpoints that changes with every snapshot, while some of them stay to the end. */
export interface EndpointChurn {
  /** Ids of those that never leave. */
  readonly survivors: readonly string[];
  /** Endpoints that left so far. */
  readonly departures: number;
  snapshot(): Snapshot;
  /** Lets so many leave and as many join. */
  change(count: number): void;
}

/** One endpoint in so many never leaves. */
const SURVIVOR_STEP = 10;
/** One newcomer in so many is an endpoint that left before, as after a restart. */
const RETURN_STEP = 5;
/** Those that left and may return. */
const MAX_RETURNING = 1_000;

/** Makes a set of so many endpoints. */
export function endpointChurn(size: number, random: Random): EndpointChurn {
  let made = 0;
  const create = (): Endpoint => {
    const index = made++;
    return toEndpoint({
      host: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
      port: 8_080,
      metadata: { version: `v${index % 7}` },
    });
  };
  const staying: Endpoint[] = [];
  const leaving: Endpoint[] = [];
  for (let i = 0; i < size; i++) (i % SURVIVOR_STEP === 0 ? staying : leaving).push(create());
  const gone: Endpoint[] = [];
  let departures = 0;

  const newcomer = (): Endpoint => {
    const returning = departures % RETURN_STEP === 0 ? gone.shift() : undefined;
    return returning ?? create();
  };

  return {
    survivors: staying.map(({ id }) => id),
    get departures() {
      return departures;
    },
    snapshot: () => ({ endpoints: [...staying, ...leaving] }),
    change(count) {
      const indices = new Set<number>();
      const wanted = Math.min(count, leaving.length);
      while (indices.size < wanted) indices.add(Math.floor(random() * leaving.length));
      const left = [...indices].map((index) => leaving[index] as Endpoint);
      for (const index of indices) {
        departures++;
        leaving[index] = newcomer();
      }
      gone.push(...left);
      gone.splice(0, gone.length - MAX_RETURNING);
    },
  };
}
