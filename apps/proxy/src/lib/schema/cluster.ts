import * as z from 'zod';
import { discovery } from '../discovery/registry.ts';
import { strategy } from '../strategy/registry.ts';
import { object, text } from './fields.ts';
import { concurrencyLimit, healthCheck, outlierDetection } from './health.ts';
import { keySource } from './key-source.ts';
import { requests } from './policy.ts';
import { guard, panic, priority, slowStart, subset, zone } from './traffic.ts';

const hashKey = keySource('What requests have in common that go to the same endpoint.');

/** One cluster. */
export const cluster = object('A set of endpoints that serve the same requests.', {
  discovery,
  strategy: strategy.exactOptional(),
  healthCheck: healthCheck.exactOptional(),
  outlierDetection: outlierDetection.exactOptional(),
  panic: panic.exactOptional(),
  priority: priority.exactOptional(),
  zone: zone.exactOptional(),
  subset: subset.exactOptional(),
  slowStart: slowStart.exactOptional(),
  guard: guard.exactOptional(),
  concurrencyLimit: concurrencyLimit.exactOptional(),
  hashKey: hashKey.exactOptional(),
  hostHeader: text('What to send as Host. Default that of the client’s request.').exactOptional(),
  ...requests,
});

/** A name that can stand in a URL: routes and metrics use it. */
export const clusterName = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/, {
  error: 'a name of lower-case letters, digits, ".", "_" and "-"',
});

export type ClusterConfig = z.output<typeof cluster>;
export type HashKeyConfig = z.output<typeof hashKey>;
