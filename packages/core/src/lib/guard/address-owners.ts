import type { Endpoint } from '../endpoint.ts';
import { addressKey } from './address-key.ts';
import { sameEndpoint } from './same-endpoint.ts';

/** Which endpoint has which address, kept from snapshot to snapshot so that an unchanged one costs nothing. */
export interface AddressOwners {
  /**
   * Why an endpoint cannot join the others: its id or its address is taken. Empty when it is merely listed twice,
   * undefined when it can.
   */
  conflict(endpoint: Endpoint, others: ReadonlyMap<string, Endpoint>): string | undefined;
  add(endpoint: Endpoint): void;
  /** Forgets those that are gone; only when they are many, so it costs next to nothing on average. */
  forgetExcept(present: ReadonlyMap<string, Endpoint>): void;
}

/** Makes an empty table. */
export function addressOwners(): AddressOwners {
  const owners = new Map<string, string>();
  const keyOf = ({ host, port }: Endpoint): string => addressKey(host, port);
  return {
    conflict(endpoint, others) {
      const twin = others.get(endpoint.id);
      if (twin !== undefined) return sameEndpoint(twin, endpoint) ? '' : 'its id is listed twice';
      const key = keyOf(endpoint);
      // The table may be out of date: the owner counts only if it is there and still has the address.
      const owner = others.get(owners.get(key) ?? '');
      if (owner === undefined || keyOf(owner) !== key) return undefined;
      return `"${owner.id}" has the same address ${key}`;
    },
    add(endpoint) {
      owners.set(keyOf(endpoint), endpoint.id);
    },
    forgetExcept(present) {
      if (owners.size <= 2 * present.size) return;
      owners.clear();
      for (const endpoint of present.values()) owners.set(keyOf(endpoint), endpoint.id);
    },
  };
}
