import { buildProxy } from '../build/proxy.ts';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';

/**
 * Reads a configuration and builds all of it without starting anything.
 *
 * @throws ConfigError with everything that is wrong
 */
export async function check(file: string): Promise<LoadedConfig> {
  const loaded = await loadConfig(file);
  const built = await buildProxy(loaded, { dry: true });
  await built.close();
  return loaded;
}
