import type { RouteState } from '../proxy-state.ts';
import type { RouteOptions } from './route-options.ts';

/** Copies routes as plain data, each with the name that events give it. */
export function routeStates(routes: readonly RouteOptions[]): readonly RouteState[] {
  return routes.map(({ match = {}, ...options }) => {
    const { host = '*', path = '/' } = match;
    return { ...plainFields(options), name: options.name ?? `${host}${path}`, match: plainFields(match) };
  });
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? true : value;
  if (value instanceof RegExp) return String(value);
  return Object.getPrototypeOf(value) === Object.prototype ? plainFields(value) : true;
}

function plainFields(value: object): Readonly<Record<string, unknown>> {
  const known = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(known.map(([key, field]) => [key, plain(field)]));
}
