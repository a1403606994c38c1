import { once } from 'node:events';
import { fstat } from 'node:fs';
import { stat } from 'node:fs/promises';
import pino from 'pino';

/** Takes lines without ever making the caller wait. */
export interface LogOutput {
  write(line: string): void;
  /** Opens the file of the path anew, as after it was renamed; does nothing for an output that has no path. */
  reopen(): void;
  /** Writes what waits, for at most a second. */
  close(): Promise<void>;
}

/** How an output is made. */
export interface LogOutputOptions {
  /** A path, or 1 or 2 for stdout or stderr. */
  readonly to: string | 1 | 2;
  /** Takes what the operator should know. */
  readonly say: (line: string) => void;
  /** What may wait to be written, in bytes; more is dropped. */
  readonly maxPendingBytes: number;
}

/** Lines are collected up to this many bytes, or this long. */
const BATCH_BYTES = 4_096;
const FLUSH_MS = 250;
/** How often the file of the path is looked at, in case it was renamed. */
const LOOK_MS = 1_000;
const CLOSE_MS = 1_000;

/**
 * Opens an output. Writing happens beside the event loop, in few calls for many lines.
 *
 * @throws the system's error when the file cannot be opened
 */
export async function logOutput({ to, say, maxPendingBytes }: LogOutputOptions): Promise<LogOutput> {
  const stream = pino.destination({
    dest: to,
    sync: false,
    append: true,
    minLength: BATCH_BYTES,
    maxLength: maxPendingBytes,
  });
  if (typeof to === 'string') {
    await once(stream, 'ready').catch((error: unknown) => {
      // Else pino flushes it when the process ends, which breaks on a file that is not open.
      stream.emit('close');
      throw error;
    });
  }
  let dropped = 0;
  let failure = '';
  stream.on('drop', () => {
    dropped += 1;
  });
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    const what = code ?? message;
    if (what !== failure) say(`access log: ${what}`);
    failure = what;
  });
  stream.on('write', () => {
    failure = '';
  });
  const tell = (): void => {
    if (dropped > 0) say(`access log: ${dropped} lines dropped, as they are written too slowly`);
    dropped = 0;
  };
  const flush = setInterval(() => {
    stream.flush();
    tell();
  }, FLUSH_MS).unref();
  const look = typeof to === 'string' ? followRenames(to, stream) : undefined;
  const end = async (): Promise<void> => {
    clearInterval(flush);
    look?.[Symbol.dispose]();
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.on('close', resolve);
    setTimeout(resolve, CLOSE_MS).unref();
    stream.end();
    await promise;
    tell();
  };
  let ending: Promise<void> | undefined;
  return {
    write: (line) => void stream.write(`${line}\n`),
    reopen() {
      if (typeof to === 'string') stream.reopen();
    },
    close() {
      ending ??= end();
      return ending;
    },
  };
}

/** Opens the path anew when it leads to another file than the one that is open, or to none. */
function followRenames(path: string, stream: ReturnType<typeof pino.destination>): Disposable {
  const look = async (): Promise<void> => {
    const { fd } = stream as unknown as { readonly fd: number };
    if (fd < 0) return;
    const there = await stat(path).catch(() => undefined);
    fstat(fd, (error, own) => {
      // One that was closed meanwhile is being opened anew already.
      if (error === null && (there?.ino !== own.ino || there.dev !== own.dev)) stream.reopen();
    });
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
