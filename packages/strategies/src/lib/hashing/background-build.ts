/** A build in progress, one slice for each turn of the event loop. */
export interface BackgroundBuild {
  /** Stops it; nothing is delivered any more. */
  cancel(): void;
}

/** Runs a build to its end, now. */
export function finishBuild<T>(build: Generator<undefined, T>): T {
  for (;;) {
    const step = build.next();
    if (step.done) return step.value;
  }
}

/** Runs a build in slices and delivers its result, so that timers and I/O get their turn in between. */
export function buildInBackground<T>(
  build: Generator<undefined, T>,
  deliver: (result: T) => void,
): BackgroundBuild {
  const slice = (): void => {
    const step = build.next();
    if (step.done) deliver(step.value);
    else immediate = setImmediate(slice);
  };
  let immediate = setImmediate(slice);
  return { cancel: () => clearImmediate(immediate) };
}
