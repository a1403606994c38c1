import type { Discovery, Snapshot } from '../discovery.ts';
import type { EndpointInput } from '../endpoint.ts';
import { toEndpoints } from './endpoint-list.ts';

/**
 * A discovery of endpoints that never change.
 *
 * @param endpoints `host:port` strings, or objects with weight, priority, zone and metadata
 * @throws InvalidOptionsError when one is invalid, or two have the same id
 */
export function staticDiscovery(endpoints: readonly (string | EndpointInput)[]): Discovery {
  const snapshot: Snapshot = { endpoints: toEndpoints(endpoints, 'endpoints') };
  return {
    async *watch({ signal }) {
      yield snapshot;
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  };
}
