import type { KeyValueStore } from '@evenkeel/cache';
import { memcachedCacheDriver } from '@evenkeel/cache-memcached';
import { redisCacheDriver } from '@evenkeel/cache-redis';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { CONDITIONS } from './cases/conditions.ts';
import { FRESHNESS } from './cases/freshness.ts';
import { HEAD } from './cases/head.ts';
import { INVALIDATION } from './cases/invalidation.ts';
import { POISONING } from './cases/poisoning.ts';
import { RANGES, REQUESTS } from './cases/requests.ts';
import { STALE } from './cases/stale.ts';
import { STATUS } from './cases/status.ts';
import { STORING } from './cases/storing.ts';
import { VALIDATION } from './cases/validation.ts';
import { VARIANTS } from './cases/variants.ts';
import { Lab, type LabOptions } from './lab.ts';

const GROUPS = {
  FRESHNESS,
  STORING,
  VALIDATION,
  CONDITIONS,
  HEAD,
  VARIANTS,
  INVALIDATION,
  REQUESTS,
  RANGES,
  STALE,
  STATUS,
  POISONING,
};

/** Registers every case; those with the same options share a lab, and each has paths of its own. */
function conformance(drivers: () => readonly (KeyValueStore | undefined)[]): void {
  const labs = new Map<string, Promise<Lab>>();
  const labOf = (options: LabOptions): Promise<Lab> => {
    const id = JSON.stringify(options);
    const lab = labs.get(id) ?? Lab.open(options, drivers());
    labs.set(id, lab);
    return lab;
  };
  afterAll(async () => {
    for (const lab of labs.values()) await (await lab)[Symbol.asyncDispose]();
  });
  for (const [group, cases] of Object.entries(GROUPS)) {
    describe(group.toLowerCase(), () => {
      for (const { section, level, name, options = {}, run } of cases) {
        it(`RFC ${section} ${level}: ${name}`, async () => {
          const lab = await labOf(options);
          lab.begin();
          await run(lab);
        });
      }
    });
  }
}

describe('a proxy with its memory', () => {
  conformance(() => [undefined]);
});

for (const kind of ['redis', 'memcached'] as const) {
  const gate = await serviceGate(kind);
  const driver = (address: string): KeyValueStore =>
    kind === 'redis'
      ? redisCacheDriver({ url: `redis://${address}` })
      : memcachedCacheDriver({ servers: [address] });

  describe.skipIf(gate.skipped)(`two proxies in turn that share ${gate.title}`, () => {
    let server: Service;
    beforeAll(async () => {
      server = await startService(kind);
    });
    afterAll(() => server[Symbol.asyncDispose]());
    conformance(() => [driver(server.address), driver(server.address)]);
  });
}
