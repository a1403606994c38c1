import type { Registrar, RegistrarEvent } from '@evenkeel/core';

/** Endpoints that are registered until it is disposed of. */
export interface Crowd extends AsyncDisposable {
  /** What happened to all of them. */
  readonly events: readonly RegistrarEvent[];
}

/**
 * Registers many endpoints at once.
 *
 * @param make a registrar of the endpoint with this port, from 1 on, that tells its events
 */
export async function registerAll(
  count: number,
  make: (port: number, onEvent: (event: RegistrarEvent) => void) => Registrar,
): Promise<Crowd> {
  const events: RegistrarEvent[] = [];
  const onEvent = (event: RegistrarEvent): void => void events.push(event);
  const all = Array.from({ length: count }, (_, index) => make(index + 1, onEvent));
  await Promise.all(all.map((registrar) => registrar.register()));
  return {
    events,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((registrar) => registrar[Symbol.asyncDispose]()));
    },
  };
}
