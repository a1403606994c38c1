import { dirname } from 'node:path';
import type { Discovery } from '@evenkeel/core';
import * as z from 'zod';
import { within } from '../build/within.ts';
import { registries } from '../registries/registry.ts';
import { oneOf } from '../schema/fields.ts';
import { dnsDriver } from './dns.ts';
import type { DiscoveryContext, DiscoveryDriver, DiscoveryWarning } from './driver.ts';
import { fileDriver } from './file.ts';
import { mergeDriver } from './merge.ts';
import { staticDriver } from './static.ts';

/** Every kind of discovery by its key. A new one is a file of its own and a line here; a registry has its line in `registries`. */
const drivers: Readonly<Record<string, DiscoveryDriver>> = {
  static: staticDriver,
  file: fileDriver,
  merge: mergeDriver(z.lazy((): z.ZodType => discovery)),
  dns: dnsDriver,
  ...Object.fromEntries(Object.entries(registries).map(([key, { discovery }]) => [key, discovery])),
};

/** Where endpoints come from: an object with the key of one kind. */
export const discovery: z.ZodType<Readonly<Record<string, unknown>>> = oneOf(
  'Where the endpoints come from.',
  Object.fromEntries(Object.entries(drivers).map(([key, { schema }]) => [key, schema.exactOptional()])),
);

/**
 * Builds a discovery of a checked configuration.
 *
 * @param file the path of the configuration file
 * @throws OptionError for what only the discovery itself can check
 */
export function buildDiscovery(config: unknown, file: string): Discovery {
  const { key, driver, value } = driverOf(config);
  return within([key], () => driver.build(value, contextOf(file)));
}

/**
 * Finds what is suspicious about a discovery of a checked configuration.
 *
 * @param file the path of the configuration file
 */
export function* discoveryWarnings(config: unknown, file: string): Iterable<DiscoveryWarning> {
  const { key, driver, value } = driverOf(config);
  for (const { path, message } of driver.warn?.(value, contextOf(file)) ?? []) {
    yield { path: [key, ...path], message };
  }
}

function driverOf(config: unknown): { key: string; driver: DiscoveryDriver; value: unknown } {
  const [entry] = Object.entries(config as object);
  const driver = entry === undefined ? undefined : drivers[entry[0]];
  if (entry === undefined || driver === undefined) throw new TypeError('the configuration was not checked');
  return { key: entry[0], driver, value: entry[1] };
}

function contextOf(file: string): DiscoveryContext {
  return {
    baseDir: dirname(file),
    build: (part) => buildDiscovery(part, file),
    warn: (part) => discoveryWarnings(part, file),
  };
}
