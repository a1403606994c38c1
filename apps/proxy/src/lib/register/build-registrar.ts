import { dirname } from 'node:path';
import type { Registrar, RegistrarEvent } from '@evenkeel/core';
import { pick } from '../build/pick.ts';
import { OptionError, within } from '../build/within.ts';
import type { RegistrarDriver } from '../registries/registrar-driver.ts';
import { registries } from '../registries/registry.ts';
import { REGISTRIES, type RegisterConfig } from '../schema/register.ts';

const SAME = [
  'address',
  'id',
  'weight',
  'priority',
  'zone',
  'version',
  'tags',
  'metadata',
  'ttlMs',
  'timeoutMs',
  'drainDelayMs',
] as const satisfies readonly (keyof RegisterConfig)[];

/** The key of the registry that a checked configuration names. */
export function registryOf(config: RegisterConfig): (typeof REGISTRIES)[number] {
  const key = REGISTRIES.find((one) => Object.hasOwn(config, one));
  if (key === undefined) throw new TypeError('the configuration was not checked');
  return key;
}

/**
 * Builds the registrar of a checked configuration; nothing is asked of the registry yet.
 *
 * @param file the path of the configuration file
 * @param onEvent hears what happens to the registration
 * @throws OptionError for what only the registrar itself can check
 */
export function buildRegistrar(
  config: RegisterConfig,
  file: string,
  onEvent: (event: RegistrarEvent) => void,
): Registrar {
  const key = registryOf(config);
  const driver: RegistrarDriver = registries[key].registrar;
  const input = { ...pick(config, SAME), onEvent };
  const build = () => driver.build(config[key], input, { baseDir: dirname(file) });
  return placed(config, key, () => within([key], build));
}

/** What a registrar refuses of its common options stands beside the registry, not in it. */
function placed<T>(config: RegisterConfig, key: keyof typeof registries, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const field = String(error.path[1]);
    const isOwn = Object.hasOwn(config[key] as object, field);
    if (isOwn || !SAME.some((one) => one === field)) throw error;
    throw new OptionError(error.path.slice(1), error.message);
  }
}
