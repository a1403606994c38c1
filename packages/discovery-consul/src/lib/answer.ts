import { DiscoveryError } from '@evenkeel/core';
import type { Reply } from './exchange.ts';

/** A server that has not heard of its leader for longer than this may answer with the past. */
const MAX_LAST_CONTACT_MS = 5_000;

/**
 * Reads the body.
 *
 * @throws DiscoveryError when it is no JSON; a proxy's error page often has status 200
 */
export function readJson({ headers, body }: Reply): unknown {
  const type = headers['content-type'] ?? 'none';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new DiscoveryError(`the answer is no JSON: its content type is ${JSON.stringify(type)}`);
  }
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new DiscoveryError('the answer is no JSON', { cause: error });
  }
}

/**
 * Reads the index that the next blocking query waits at.
 *
 * @throws DiscoveryError when there is none: without it a loop would be a busy one
 */
export function readIndex({ headers }: Reply): bigint {
  const index = headers['x-consul-index'];
  if (typeof index !== 'string' || !/^\d{1,20}$/.test(index)) {
    const got = index === undefined ? 'no X-Consul-Index' : `X-Consul-Index ${JSON.stringify(index)}`;
    throw new DiscoveryError(`the answer has ${got}`);
  }
  return BigInt(index);
}

/** Whether Consul says itself that its answer may be out of date. */
export function isOutdated({ headers }: Reply): boolean {
  const lastContactMs = Number(headers['x-consul-lastcontact'] ?? 0);
  return headers['x-consul-knownleader'] === 'false' || lastContactMs > MAX_LAST_CONTACT_MS;
}

/** Whether the token may not see all that there is. */
export function isFiltered({ headers }: Reply): boolean {
  return headers['x-consul-results-filtered-by-acls'] === 'true';
}
