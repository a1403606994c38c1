import { toEndpoint } from '@evenkeel/core';
import type * as z from 'zod';
import { endpoint } from '../schema/endpoint.ts';
import { distinct } from '../schema/fields.ts';

/**
 * A list of endpoints without duplicates.
 *
 * @param list the schema of the list itself
 * @param name what messages call the list
 */
export function distinctEndpoints<T extends z.ZodArray<typeof endpoint>>(list: T, name: string): T {
  return distinct(list, idOf, (index) => `an endpoint whose id differs from that of ${name}[${index}]`);
}

/** The identity of an endpoint; undefined for what is none. */
function idOf(entry: unknown): string | undefined {
  const result = endpoint.safeParse(entry);
  return result.success ? toEndpoint(result.data).id : undefined;
}
