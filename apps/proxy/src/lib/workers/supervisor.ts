import { type Clock, sleep } from '@evenkeel/core';

/** A process that a supervisor watches. */
export interface Supervised {
  /** Resolves with how it ended, such as `SIGKILL` or `exit code 1`. */
  readonly exited: Promise<string>;
  kill(): void;
}

/** How processes are kept running. */
export interface SupervisorOptions<W extends Supervised> {
  /** Starts a process for a place; places are counted from 1. */
  launch(place: number): W;
  /** Resolves when the process serves; one that cannot is killed. */
  begin(process: W): Promise<void>;
  /** Takes a line for the operator. */
  readonly say: (line: string) => void;
  readonly clock: Clock;
}

/** Keeps processes running. */
export interface Supervisor<W extends Supervised> {
  /** All that have been started and have not ended. */
  readonly running: readonly W[];
  /** Those of them that serve. */
  readonly ready: readonly W[];
  /** Keeps so many running. Returns those that are one too many, to be ended by the caller. */
  scale(count: number): readonly W[];
  /** Resolves when every place has a process that serves. */
  allReady(): Promise<void>;
  /** Resolves with the reason when none serves, and none can be kept running. */
  readonly failed: Promise<string>;
  /** Starts no more. */
  stop(): void;
}

/** A process that lived that long, in ms, has not failed to start. */
const STABLE_MS = 10_000;
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 10_000;
/** Ends in a row after which a place has failed. */
const MAX_FAILURES = 8;

interface Place<W> {
  readonly number: number;
  readonly over: AbortController;
  process: W | undefined;
  ready: boolean;
}

/** Makes a supervisor that keeps nothing running yet. */
export function supervisor<W extends Supervised>(options: SupervisorOptions<W>): Supervisor<W> {
  const { launch, begin, say, clock } = options;
  const places: Place<W>[] = [];
  const failure = Promise.withResolvers<string>();
  const waiting: (() => void)[] = [];

  const isReady = (): boolean => places.every(({ ready }) => ready);
  const start = async (place: Place<W>, process: W): Promise<void> => {
    try {
      await begin(process);
      place.ready = place.process === process;
      if (isReady()) for (const resolve of waiting.splice(0)) resolve();
    } catch {
      process.kill();
    }
  };
  const keep = async (place: Place<W>): Promise<void> => {
    const { number, over } = place;
    for (let failures = 0; !over.signal.aborted; ) {
      const startedAt = clock.now();
      const process = launch(number);
      place.process = process;
      void start(place, process);
      const how = await process.exited;
      place.ready = false;
      place.process = undefined;
      if (over.signal.aborted) return;
      failures = clock.now() - startedAt >= STABLE_MS ? 1 : failures + 1;
      if (failures >= MAX_FAILURES && !places.some(({ ready }) => ready)) {
        failure.resolve(
          `worker ${number} ended ${failures} times in a row (${how}), and no other one serves`,
        );
        return;
      }
      const waitMs = failures === 1 ? 0 : Math.min(BACKOFF_BASE_MS * 2 ** (failures - 2), BACKOFF_MAX_MS);
      say(
        `worker ${number} ended (${how}), ${waitMs === 0 ? 'another one starts' : `next start in ${waitMs} ms`}`,
      );
      if (waitMs > 0) await sleep(clock, waitMs, over.signal).catch(() => {});
    }
  };

  return {
    get running() {
      return places.flatMap(({ process }) => process ?? []);
    },
    get ready() {
      return places.flatMap(({ process, ready }) => (ready && process) || []);
    },
    scale(count) {
      while (places.length < count) {
        const place = {
          number: places.length + 1,
          over: new AbortController(),
          process: undefined,
          ready: false,
        };
        places.push(place);
        void keep(place);
      }
      const surplus = places.splice(count);
      for (const { over } of surplus) over.abort();
      return surplus.flatMap(({ process }) => process ?? []);
    },
    allReady: () => (isReady() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    failed: failure.promise,
    stop() {
      for (const { over } of places) over.abort();
    },
  };
}
