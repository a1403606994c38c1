import { InvalidOptionsError, requiredNumber } from '@evenkeel/core';
import type { Change, EndpointSelector, StateChange } from './change.ts';
import type { EndpointState } from './endpoint/endpoint-model.ts';
import { changedSettings } from './endpoint/endpoint-settings.ts';
import type { SimulatedEndpoint } from './endpoint/simulated-endpoint.ts';
import type { Service } from './service.ts';
import type { Timeline } from './timeline/timeline.ts';

/**
 * Queues the changes of a scenario. All are checked now, so that a mistake shows before anything runs.
 *
 * @throws InvalidOptionsError naming the field
 */
export function applyChanges(changes: readonly Change[], service: Service, timeline: Timeline): void {
  for (const [index, change] of changes.entries()) {
    const field = `changes[${index}]`;
    const atMs = requiredNumber(`${field}.atMs`, change.atMs);
    if ('add' in change) {
      timeline.after(atMs, () => service.registry.add(service.start(`${field}.add`, change.add)));
    } else if ('remove' in change) {
      const gone = select(`${field}.remove`, change.remove, service);
      timeline.after(atMs, () => service.registry.remove(gone()));
    } else if ('set' in change) {
      applyState(field, change, service, timeline);
    } else {
      throw new InvalidOptionsError(field, change, 'an object with `set`, `add` or `remove`');
    }
  }
}

function applyState(field: string, change: StateChange, service: Service, timeline: Timeline): void {
  const { atMs, untilMs = Number.POSITIVE_INFINITY, set } = change;
  requiredNumber(`${field}.untilMs`, untilMs, { min: atMs });
  const chosen = select(`${field}.endpoints`, change.endpoints, service);
  for (const { model } of chosen()) changedSettings(`${field}.set`, model, set);
  timeline.after(atMs, () => {
    const endpoints = chosen();
    for (const endpoint of endpoints) become(endpoint, [...(active.get(endpoint) ?? []), set]);
    announce(set, endpoints, service);
    timeline.after(untilMs - atMs, () => {
      for (const endpoint of endpoints) {
        become(
          endpoint,
          (active.get(endpoint) ?? []).filter((other) => other !== set),
        );
      }
      announce(set, endpoints, service);
    });
  });
}

/** The changes that hold for an endpoint now, the latest last. */
const active = new WeakMap<SimulatedEndpoint, readonly EndpointState[]>();

function become(endpoint: SimulatedEndpoint, states: readonly EndpointState[]): void {
  active.set(endpoint, states);
  endpoint.become(changedSettings(`endpoint ${endpoint.id}`, endpoint.model, Object.assign({}, ...states)));
}

/** Tells the registries of a change that they list. */
function announce(
  { weight, priority, zone }: EndpointState,
  endpoints: readonly SimulatedEndpoint[],
  top: Service,
): void {
  if (weight === undefined && priority === undefined && zone === undefined) return;
  for (const service of top.all()) {
    if (endpoints.some(({ id }) => service.fleet.has(id))) service.registry.changed();
  }
}

/** @returns what finds the endpoints when the time has come: some may start only then */
function select(field: string, selector: EndpointSelector, top: Service): () => readonly SimulatedEndpoint[] {
  const all = (): SimulatedEndpoint[] => [...top.all()].flatMap(({ fleet }) => [...fleet.values()]);
  if (typeof selector === 'function') {
    return () =>
      all().filter(({ id, settings: { zone } }) => selector({ id, ...(zone === undefined ? {} : { zone }) }));
  }
  const ids = typeof selector === 'string' ? [selector] : selector;
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw new InvalidOptionsError(field, selector, 'the id of an endpoint, a list of ids, or a function');
  }
  return () => {
    const found = all().filter(({ id }) => ids.includes(id));
    const missing = ids.find((id) => !found.some((endpoint) => endpoint.id === id));
    if (missing !== undefined)
      throw new InvalidOptionsError(
        field,
        missing,
        `one of ${all()
          .map(({ id }) => id)
          .join(', ')}`,
      );
    return found;
  };
}
