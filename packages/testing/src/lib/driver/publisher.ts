import type { Registrar } from '@evenkeel/core';

/** The side of a fixture of `testDiscovery` that fills the registry. */
export interface Publisher {
  /** Makes exactly these addresses registered, by one registrar each. */
  publish(addresses: readonly string[]): Promise<void>;
  /** Takes all of them away. */
  close(): Promise<void>;
}

/**
 * Fills a registry through its own registrars.
 *
 * @param make a registrar of the endpoint with this `host:port`
 */
export function publisher(make: (address: string) => Registrar): Publisher {
  const registered = new Map<string, Registrar>();
  const publish = async (addresses: readonly string[]): Promise<void> => {
    for (const [address, registrar] of registered) {
      if (addresses.includes(address)) continue;
      await registrar[Symbol.asyncDispose]();
      registered.delete(address);
    }
    for (const address of addresses) {
      if (registered.has(address)) continue;
      const registrar = make(address);
      registered.set(address, registrar);
      await registrar.register();
    }
  };
  return { publish, close: () => publish([]) };
}
