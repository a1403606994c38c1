import { InvalidOptionsError } from '@evenkeel/core';
import { serviceGate, startService } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { REGISTRIES } from './registries/registries.ts';
import { type Place, REGISTRY_NAMES, type RegistryName } from './registries/registry.ts';
import { openWatchedClient } from './traffic/watched-client.ts';

/** Those with a meaning of their own in a URL, a path, a key or a script. */
const NAMES = [
  'team/orders',
  '../orders',
  'a//b',
  'a b?c=d&e#f',
  '%2e%2e',
  'x\'"`$(y)',
  'naïve ☃',
  '__proto__',
];
const CONTROL = ['a\nb', 'a\u0000b', 'a\u007fb', '\ud800', ''];
const NOWHERE: Place = { host: '127.0.0.1', address: '127.0.0.1:1', ports: { main: 1, dns: 1 } };

describe.each(REGISTRY_NAMES)('names of services at %s', (name) => {
  const registry = REGISTRIES[name];

  it.each(CONTROL)('%j is refused at once', (service) => {
    expect(() => registry.discovery(NOWHERE, { service })).toThrow(InvalidOptionsError);
    expect(() => registry.registrar(NOWHERE, { service, endpoint: '127.0.0.1:80' })).toThrow(
      InvalidOptionsError,
    );
  });
});

for (const name of REGISTRY_NAMES) {
  // DNS has names of its own, which nobody registers by.
  if (name === 'dns') continue;
  const { server: kind } = REGISTRIES[name];
  const gate = await serviceGate(kind, { control: true });
  describe.skipIf(gate.skipped)(`odd names of services at a ${gate.title}`, () => {
    it('are refused at once, or found by exactly that name', async () => {
      await using server = await startService(kind);
      const accepted = await Promise.all(NAMES.map((service) => isAccepted(name, server, service)));
      expect(accepted.some((isTaken) => isTaken)).toBe(true);
    });
  });
}

/** Registers under a name, and finds that endpoint alone. False when the name is refused by both sides. */
async function isAccepted(name: RegistryName, place: Place, service: string): Promise<boolean> {
  const registry = REGISTRIES[name];
  const endpoint = `127.0.0.1:${8_000 + NAMES.indexOf(service)}`;
  let registrar: ReturnType<typeof registry.registrar>;
  try {
    registrar = registry.registrar(place, { service, endpoint });
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(() => registry.discovery(place, { service })).toThrow(InvalidOptionsError);
    return false;
  }
  await using _registrar = registrar;
  await registrar.register();
  await using client = await openWatchedClient({ discovery: registry.discovery(place, { service }) });
  await expect.poll(client.candidates).toEqual([endpoint]);
  return true;
}
