import { InvalidOptionsError } from '@evenkeel/core';
import type { SimulatedEndpoint } from '../endpoint/simulated-endpoint.ts';
import type { Service } from '../service.ts';
import type { EndpointSelector } from './change.ts';

/** Finds endpoints when the time has come: some may start only then. */
export type Selection = () => readonly SimulatedEndpoint[];

/**
 * Checks a selector.
 *
 * @param later ids of endpoints that the scenario adds
 * @throws InvalidOptionsError naming the id that there is not, and never will be
 */
export function selectEndpoints(
  field: string,
  selector: EndpointSelector,
  top: Service,
  later: readonly string[],
): Selection {
  const all = (): SimulatedEndpoint[] => [...top.all()].flatMap(({ fleet }) => [...fleet.values()]);
  if (typeof selector === 'function') {
    return () =>
      all().filter(({ id, settings: { zone } }) => selector({ id, ...(zone === undefined ? {} : { zone }) }));
  }
  const ids: readonly unknown[] | undefined = typeof selector === 'string' ? [selector] : selector;
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw new InvalidOptionsError(field, selector, 'the id of an endpoint, a list of ids, or a function');
  }
  const known = [...all().map(({ id }) => id), ...later];
  const missing = ids.find((id) => !known.includes(id));
  if (missing !== undefined) throw new InvalidOptionsError(field, missing, `one of ${known.join(', ')}`);
  return () => all().filter(({ id }) => ids.includes(id));
}
