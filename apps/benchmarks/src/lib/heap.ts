import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes in use on the heap once all garbage is gone. */
export function heapInUse(): number {
  collect ??= exposeGc();
  // Finalizers of the first pass may free more for the second.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

let collect: (() => void) | undefined;

/** As `--expose-gc`, without being started with it. */
function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
