import { resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import type { Discovery } from '../discovery.ts';
import type { Endpoint } from '../endpoint.ts';
import { DiscoveryError, InvalidOptionsError } from '../errors.ts';
import { describeError } from '../health/describe-error.ts';
import { numberOption } from '../options.ts';
import { toEndpoints } from './endpoint-list.ts';
import { watchFile } from './watch-file.ts';

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
      for await (const text of watchFile(path, { signal, pollMs, clock })) {
        yield { endpoints: parsed(path, text, parse) };
      }
    },
  };
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
