import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

const ZONES = ['a', 'b', 'c'];

/**
 * Three zones, clients in each, that prefer their own: all requests stay, until zone `a` loses half of its endpoints (rounded up) at 10 s
 * and the rest at 30 s. With half of it left 70 % of its requests stay, as with Envoy's
 * priorities, and none with nothing left.
 */
export const zoneLoss: ScenarioTemplate = {
  name: 'zone-loss',
  summary: 'zone a of three, four endpoints each, loses half of them at 10 s and all at 30 s',
  source: 'Envoy, "Zone aware routing" and its overprovisioning factor of 1.4',
  endpoints: 12,
  make: ({ strategy, seed = 1, endpoints, client }) => {
    const count = numberOption('endpoints', endpoints, 12, { min: 2, integer: true });
    const list = Array.from({ length: count }, (_, index) => {
      const zone = ZONES[index % ZONES.length] ?? '';
      return { id: `${zone}-${Math.floor(index / ZONES.length)}`, service: 10, zone };
    });
    const local = list.filter(({ zone }) => zone === 'a').map(({ id }) => id);
    return {
      name: 'zone loss',
      strategy,
      seed,
      durationMs: 60_000,
      stepMs: 10_000,
      endpoints: list,
      clients: {
        zone: 'a',
        zoneAware: { minEndpoints: 2 },
        traffic: { requestsPerSecond: 1_000 },
        healthCheck: { intervalMs: 1_000, timeoutMs: 500 },
        ...client,
      },
      network: { oneWayMs: 0.2, crossZoneMs: 1 },
      changes: [
        {
          atMs: 10_000,
          endpoints: local.slice(0, Math.ceil(local.length / 2)),
          set: { condition: 'refusing' },
        },
        { atMs: 30_000, endpoints: local, set: { condition: 'refusing' } },
      ],
    };
  },
};
