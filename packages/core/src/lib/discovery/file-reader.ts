import { readFile, stat } from 'node:fs/promises';
import { type Clock, sleep } from '../clock.ts';
import { DiscoveryError } from '../errors.ts';
import { describeError } from '../health/describe-error.ts';

/** A file that changed is read once it was left alone for this long, in ms: it may be half written. */
const SETTLE_MS = 50;
const MAX_ROUNDS = 40;
const MAX_BYTES = 16 * 1024 * 1024;

/** Reads one file again and again, but only as often as it changes. */
export interface FileReader {
  /**
   * The whole text, or undefined when it is that of the last time.
   *
   * @throws DiscoveryError when the file is missing, unreadable, too large, or written to without end; the signal's
   * reason when aborted
   */
  readIfChanged(signal: AbortSignal): Promise<string | undefined>;
  /** Reads the text next time even if size and times are the same: clocks of file systems are coarse. */
  distrust(): void;
}

/** Makes a reader of one path; symbolic links are followed anew each time. */
export function fileReader(path: string, clock: Clock): FileReader {
  let lastPrint: string | undefined;
  let lastText: string | undefined;
  let distrusted = false;

  /** Reads a text that stayed the same from before the read until after it. */
  const readSettled = async (seen: string, signal: AbortSignal): Promise<string> => {
    let print = seen;
    let wait = lastPrint !== undefined;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (wait) await sleep(clock, SETTLE_MS, signal);
      const before = await fingerprint(path);
      if (before === print) {
        const text = await readFile(path, { encoding: 'utf8', signal });
        print = await fingerprint(path);
        if (print === before) {
          lastPrint = print;
          return text;
        }
      } else print = before;
      wait = true;
    }
    throw new DiscoveryError(`${path}: the file is being written to without end`);
  };

  return {
    distrust() {
      distrusted = true;
    },
    async readIfChanged(signal) {
      try {
        const print = await fingerprint(path);
        if (print === lastPrint && !distrusted) return undefined;
        distrusted = false;
        const text = await readSettled(print, signal);
        if (text === lastText) return undefined;
        lastText = text;
        return text;
      } catch (error) {
        if (signal.aborted || error instanceof DiscoveryError) throw error;
        throw new DiscoveryError(`${path}: ${describeError(error)}`, { cause: error });
      }
    },
  };
}

/** What changes when the file does. A missing file has one too: editors take it away for a moment. */
async function fingerprint(path: string): Promise<string> {
  const file = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return 'missing';
  if (!file.isFile()) throw new DiscoveryError(`${path}: it is no regular file`);
  if (file.size > MAX_BYTES)
    throw new DiscoveryError(`${path}: ${file.size} bytes are more than ${MAX_BYTES}`);
  return `${file.dev}:${file.ino}:${file.size}:${file.mtimeNs}:${file.ctimeNs}`;
}
