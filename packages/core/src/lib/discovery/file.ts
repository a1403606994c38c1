import { basename, dirname, resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import type { Discovery } from '../discovery.ts';
import type { Endpoint } from '../endpoint.ts';
import { DiscoveryError, InvalidOptionsError } from '../errors.ts';
import { describeError } from '../health/describe-error.ts';
import { numberOption } from '../options.ts';
import { directoryWatch } from './directory-watch.ts';
import { toEndpoints } from './endpoint-list.ts';
import { fileReader } from './file-reader.ts';
import { wakeUp } from './wake-up.ts';

/** Which file lists the endpoints, and how. */
export interface FileDiscoveryOptions {
  readonly path: string;
  /**
   * Makes a list of endpoints, or an object with `endpoints`, of the file's text; for YAML and other formats.
   * @default JSON.parse
   */
  readonly parse?: (text: string) => unknown;
  /** How often the file is looked at where the system tells nothing of changes (NFS, some mounts), in ms. @default 5_000 */
  readonly pollMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A discovery of the endpoints in a file, such as `["10.0.0.1:80", { "address": "10.0.0.2:80", "weight": 2 }]`.
 * Sees changes in place, by rename and by symbolic link. A file that is missing, empty, half written or invalid is an
 * error, never an empty set: the cluster keeps the last good endpoints.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range; a watch throws DiscoveryError
 */
export function fileDiscovery(options: FileDiscoveryOptions): Discovery {
  const { parse = JSON.parse, clock = systemClock } = options;
  if (typeof options.path !== 'string' || options.path === '') {
    throw new InvalidOptionsError('path', options.path, 'the path of a file');
  }
  const path = resolve(options.path);
  const pollMs = numberOption('pollMs', options.pollMs, 5_000, { min: 10 });

  return {
    async *watch({ signal }) {
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
            yield { endpoints: parsed(path, text, parse) };
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
    },
  };
}

async function pollOr(change: Promise<void>, clock: Clock, pollMs: number, poll: () => void): Promise<void> {
  using _timer = clock.setTimer(poll, pollMs);
  await change;
}

function parsed(path: string, text: string, parse: (text: string) => unknown): readonly Endpoint[] {
  if (text.trim() === '') throw new DiscoveryError(`${path}: the file is empty; an empty list is []`);
  try {
    const value = parse(text);
    const isWrapped = typeof value === 'object' && value !== null && 'endpoints' in value;
    return toEndpoints(isWrapped ? value.endpoints : value, 'endpoints');
  } catch (error) {
    throw new DiscoveryError(`${path}: ${describeError(error)}`, { cause: error });
  }
}
