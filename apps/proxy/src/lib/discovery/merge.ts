import { mergeDiscovery } from '@evenkeel/core';
import type * as z from 'zod';
import { within } from '../build/within.ts';
import { list } from '../schema/fields.ts';
import { type DiscoveryDriver, discoveryDriver } from './driver.ts';

/** `merge: [discovery, …]`, of any kinds that `part` takes. */
export function mergeDriver<S extends z.ZodType>(part: S): DiscoveryDriver {
  return discoveryDriver({
    schema: list('The endpoints of several discoveries together.', 'discoveries', part),
    build: (parts, { build }) => mergeDiscovery(parts.map((one, index) => within([index], () => build(one)))),
    *warn(parts, { warn }) {
      for (const [index, part] of parts.entries()) {
        for (const { path, message } of warn(part)) yield { path: [index, ...path], message };
      }
    },
  });
}
