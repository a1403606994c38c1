import { basename, dirname, resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { InvalidOptionsError } from '../errors.ts';
import { numberOption } from '../options.ts';
import { directoryWatch } from './directory-watch.ts';
import { fileReader } from './file-reader.ts';
import { wakeUp } from './wake-up.ts';

/** How a file is watched. */
export interface WatchFileOptions {
  /** Ends the watch, without an error. */
  readonly signal: AbortSignal;
  /** How often the file is looked at where the system tells nothing of changes (NFS, some mounts), in ms. @default 5_000 */
  readonly pollMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * The text of a file, and again whenever it has changed: in place, by rename, or by a symbolic link as in the mounts of
 * Kubernetes. A file that is being written is read when it has been left alone for a moment; a text that is the same as the
 * one before is left out.
 *
 * @throws InvalidOptionsError when an option is out of its range; the iteration throws a DiscoveryError when the file is
 * missing, unreadable or too large
 */
export function watchFile(path: string, options: WatchFileOptions): AsyncIterable<string> {
  const { signal, clock = systemClock } = options;
  if (typeof path !== 'string' || path === '') {
    throw new InvalidOptionsError('path', path, 'the path of a file');
  }
  const pollMs = numberOption('pollMs', options.pollMs, 5_000, { min: 10 });
  return texts(resolve(path), pollMs, clock, signal);
}

async function* texts(
  path: string,
  pollMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const reader = fileReader(path, clock);
  const changes = wakeUp();
  let told = true;
  const directory = directoryWatch(dirname(path), (name) => {
    told = true;
    // Other names matter too: the file may be a link through one of them. They cost a look, not a read.
    if (name === null || name === basename(path)) reader.distrust();
    changes.notify();
  });
  signal.addEventListener('abort', changes.notify, { once: true });
  try {
    directory.open();
    while (!signal.aborted) {
      const text = await reader.readIfChanged(signal);
      if (text !== undefined) {
        // A change that only the poll saw: the directory is another one now, or its watch is blind.
        if (!told) directory.open();
        yield text;
      }
      told = false;
      await pollOr(changes.wait(), clock, pollMs, changes.notify);
      if (!directory.active) directory.open();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', changes.notify);
    directory[Symbol.dispose]();
  }
}

async function pollOr(change: Promise<void>, clock: Clock, pollMs: number, poll: () => void): Promise<void> {
  using _timer = clock.setTimer(poll, pollMs);
  await change;
}
