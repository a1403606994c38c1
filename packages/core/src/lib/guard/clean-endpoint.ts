import { type Endpoint, isEndpointId, MAX_ID_LENGTH, MAX_WEIGHT, toEndpoint } from '../endpoint.ts';

/** A valid endpoint if one could be made, and what was wrong with the raw one. */
export interface Cleaned {
  readonly endpoint?: Endpoint;
  readonly problem?: string;
}

type RawEndpoint = { readonly [K in keyof Endpoint]?: unknown };

/**
 * Makes a valid endpoint of what a driver yielded. An unusable identity or address leaves it out; any other field is
 * repaired. The message names what was wrong.
 *
 * @param raw anything
 * @param index its place in the snapshot, for the message
 */
export function cleanEndpoint(raw: unknown, index: number): Cleaned {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { problem: `endpoints[${index}] left out: it is no object` };
  }
  const { id, host, port }: RawEndpoint = raw;
  if (id !== undefined && !isEndpointId(id)) {
    return { problem: `endpoints[${index}] left out: its id is no text of 1 to ${MAX_ID_LENGTH} characters` };
  }
  const name = `endpoint ${id === undefined ? `[${index}]` : JSON.stringify(id)}`;
  const repairs: string[] = [];
  try {
    const endpoint = toEndpoint({
      // The types are claims of the driver; toEndpoint checks the values.
      host: host as string,
      port: port as number,
      ...(id === undefined ? {} : { id }),
      ...repaired(raw, repairs),
    });
    return repairs.length === 0
      ? { endpoint }
      : { endpoint, problem: `${name} repaired: ${repairs.join(', ')}` };
  } catch (error) {
    return { problem: `${name} left out: ${(error as Error).message}` };
  }
}

interface Repaired {
  weight: number;
  priority: number;
  zone?: string;
  metadata?: Record<string, string>;
}

function repaired(raw: RawEndpoint, repairs: string[]): Repaired {
  const { weight = 1, priority = 0, zone, metadata } = raw;
  const result: Repaired = { weight: 1, priority: 0 };
  if (typeof weight === 'number' && weight >= 0 && weight <= MAX_WEIGHT) result.weight = weight;
  else repairs.push(`weight ${show(weight)} is now 1`);
  if (Number.isInteger(priority) && (priority as number) >= 0)
    result.priority = Math.min(priority as number, 127);
  if (result.priority !== priority) repairs.push(`priority ${show(priority)} is now ${result.priority}`);
  if (typeof zone === 'string') result.zone = zone;
  else if (zone !== undefined) repairs.push(`zone ${show(zone)} dropped`);
  if (isObject(metadata)) {
    const entries = Object.entries(metadata);
    const good = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    result.metadata = Object.fromEntries(good);
    if (good.length < entries.length) repairs.push('metadata that is no text dropped');
  } else if (metadata !== undefined) repairs.push(`metadata ${show(metadata)} dropped`);
  return result;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : typeof value === 'number'
      ? `${value}`
      : typeof value;
}
