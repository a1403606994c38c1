import { toEndpoint } from '@evenkeel/core';
import * as z from 'zod';
import { count, object, text } from './fields.ts';
import { weight } from './policy.ts';

const ADDRESS = '"host:port" with a port from 1 to 65535';

/** `host:port`. */
export const address = z
  .string({ error: ADDRESS })
  .refine(isAddress, { error: ADDRESS })
  .describe('host:port, or [v6]:port.');

/** What an endpoint can have beside its address. */
export const endpointFields = {
  id: text('The identity that learned state follows. Default host:port.').exactOptional(),
  weight: weight.exactOptional(),
  priority: count('Failover tier; 0 is preferred. Default 0.', { max: 127 }).exactOptional(),
  zone: text('Failure domain, such as eu-west-1a.').exactOptional(),
  metadata: z
    .record(z.string(), z.string({ error: 'a string' }), { error: 'an object of strings' })
    .exactOptional(),
};

/** One endpoint of a static discovery or of an endpoints file. */
export const endpoint = z.union(
  [address, object('An endpoint with more than an address.', { address, ...endpointFields })],
  { error: '"host:port" or an object with an address' },
);

function isAddress(value: string): boolean {
  try {
    toEndpoint(value);
    return true;
  } catch {
    return false;
  }
}
