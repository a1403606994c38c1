import { requiredNumber } from '@evenkeel/core';
import type { EndpointState } from '../endpoint/endpoint-model.ts';
import { changedSettings } from '../endpoint/endpoint-settings.ts';
import type { SimulatedEndpoint } from '../endpoint/simulated-endpoint.ts';
import type { Service } from '../service.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Change, StateChange } from './change.ts';
import { checkChanges } from './check-changes.ts';
import { selectEndpoints } from './select-endpoints.ts';

/** The changes that hold for each endpoint now, the latest last. */
type ActiveChanges = Map<SimulatedEndpoint, readonly StateChange[]>;

/**
 * Queues the changes of a scenario. All are checked now, so that a mistake shows before anything runs.
 *
 * @throws InvalidOptionsError naming the field
 */
export function applyChanges(changes: readonly Change[], service: Service, timeline: Timeline): void {
  const active: ActiveChanges = new Map();
  const later = checkChanges(changes, (id) => service.fleet.has(id));
  for (const [index, change] of changes.entries()) {
    const field = `changes[${index}]`;
    const { atMs } = change;
    if ('add' in change) {
      timeline.after(atMs, () => service.registry.add(service.start(`${field}.add`, change.add)));
    } else if ('remove' in change) {
      const gone = selectEndpoints(`${field}.remove`, change.remove, service, later);
      timeline.after(atMs, () => service.registry.remove(gone()));
    } else {
      applyState(field, change, later, { service, timeline, active });
    }
  }
}

interface Scene {
  readonly service: Service;
  readonly timeline: Timeline;
  readonly active: ActiveChanges;
}

function applyState(
  field: string,
  change: StateChange,
  later: readonly string[],
  { service, timeline, active }: Scene,
): void {
  const { atMs, untilMs = Number.POSITIVE_INFINITY, set } = change;
  requiredNumber(`${field}.untilMs`, untilMs, { min: atMs });
  const chosen = selectEndpoints(`${field}.endpoints`, change.endpoints, service, later);
  for (const { model } of chosen()) changedSettings(`${field}.set`, model, set);

  const become = (endpoint: SimulatedEndpoint, holding: readonly StateChange[]): void => {
    active.set(endpoint, holding);
    const states = holding.map((one) => one.set);
    endpoint.become(changedSettings(`${field}.set`, endpoint.model, Object.assign({}, ...states)));
  };
  timeline.after(atMs, () => {
    const endpoints = chosen();
    for (const endpoint of endpoints) become(endpoint, [...(active.get(endpoint) ?? []), change]);
    announce(set, endpoints, service);
    timeline.after(untilMs - atMs, () => {
      for (const endpoint of endpoints) {
        become(endpoint, active.get(endpoint)?.filter((other) => other !== change) ?? []);
      }
      announce(set, endpoints, service);
    });
  });
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
