import type { Endpoint } from '../endpoint.ts';
import { addressOwners } from './address-owners.ts';
import { cleanEndpoint } from './clean-endpoint.ts';
import { sameEndpoint } from './same-endpoint.ts';

/** A snapshot's endpoints, valid and each only once. */
export interface Normalised {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** What was left out or repaired, and why. */
  readonly problems: readonly string[];
  /** False when the snapshot is none, or lists endpoints of which not one is valid: it says nothing about the service then. */
  readonly usable: boolean;
}

/** Turns what a driver yields into valid endpoints. Those equal to the previous snapshot's are the same objects. */
export interface Normaliser {
  normalise(snapshot: unknown): Normalised;
}

/**
 * Makes a normaliser. Only new and changed endpoints are validated and looked up by address, so a snapshot costs one
 * comparison for each endpoint. Of two with one address the one already known stays: registries list a restarted
 * process twice for a while.
 */
export function normaliser(): Normaliser {
  let previous: ReadonlyMap<string, Endpoint> = new Map();
  const addresses = addressOwners();

  return {
    normalise(snapshot) {
      const list = endpointsOf(snapshot);
      if (list === undefined) {
        return { endpoints: previous, problems: ['the snapshot has no list of endpoints'], usable: false };
      }
      const endpoints = new Map<string, Endpoint>();
      const news: number[] = [];
      for (let index = 0; index < list.length; index++) {
        const known = knownAs(list[index], previous);
        if (known === undefined) news.push(index);
        else endpoints.set(known.id, known);
      }

      const problems: string[] = [];
      for (const index of news) {
        const { endpoint, problem } = clean(list[index], index);
        if (problem !== undefined) problems.push(problem);
        if (endpoint === undefined) continue;
        const conflict = addresses.conflict(endpoint, endpoints);
        if (conflict === undefined) {
          addresses.add(endpoint);
          endpoints.set(endpoint.id, previousIfSame(endpoint, previous));
        } else if (conflict !== '') problems.push(`endpoint "${endpoint.id}" left out: ${conflict}`);
      }

      if (list.length > 0 && endpoints.size === 0) return { endpoints: previous, problems, usable: false };
      addresses.forgetExcept(endpoints);
      previous = endpoints;
      return { endpoints, problems, usable: true };
    },
  };
}

function endpointsOf(snapshot: unknown): readonly unknown[] | undefined {
  if (typeof snapshot !== 'object' || snapshot === null) return undefined;
  const { endpoints }: { endpoints?: unknown } = snapshot;
  return Array.isArray(endpoints) ? endpoints : undefined;
}

function clean(raw: unknown, index: number): ReturnType<typeof cleanEndpoint> {
  try {
    return cleanEndpoint(raw, index);
  } catch (error) {
    // A getter of the driver's object threw.
    return { problem: `endpoints[${index}] left out: ${String(error)}` };
  }
}

function knownAs(raw: unknown, previous: ReadonlyMap<string, Endpoint>): Endpoint | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  try {
    const { id }: { id?: unknown } = raw;
    const known = typeof id === 'string' ? previous.get(id) : undefined;
    return known !== undefined && sameEndpoint(known, raw) ? known : undefined;
  } catch {
    // A getter threw: `clean` meets it again and tells.
    return undefined;
  }
}

/** One that had to be repaired differs from its raw form, yet may be the same as before. */
function previousIfSame(endpoint: Endpoint, previous: ReadonlyMap<string, Endpoint>): Endpoint {
  const before = previous.get(endpoint.id);
  return before !== undefined && sameEndpoint(before, endpoint) ? before : endpoint;
}
