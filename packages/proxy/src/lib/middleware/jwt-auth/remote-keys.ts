import type { Clock } from '@evenkeel/core';
import type { JWTVerifyGetKey } from 'jose';
import type { Jose } from './load-jose.ts';

/** Thrown where a token cannot be judged, as its key could not be fetched: nothing is known against the token. */
export class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super('the keys of tokens cannot be fetched', { cause });
    this.name = 'KeysUnavailable';
  }
}

/** How a key set is fetched. */
export interface RemoteKeysOptions {
  readonly maxAgeMs: number;
  readonly timeoutMs: number;
  readonly retryMs: number;
  readonly clock: Clock;
  /** Hears why the keys could not be fetched, once for each outage. */
  readonly onError: (error: unknown) => void;
}

/** Errors that are about the token, or the keys as they are. */
const JUDGED: ReadonlySet<unknown> = new Set([
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JOSE_NOT_SUPPORTED',
]);

/**
 * Finds keys in a set that is fetched over HTTP, and again when it has grown old or lacks a key. While it cannot be fetched the keys that are
 * known stay good, and nobody waits for another attempt but once in a while.
 */
export function remoteKeys(jose: Jose, url: URL, options: RemoteKeysOptions): JWTVerifyGetKey {
  const { maxAgeMs, timeoutMs, retryMs, clock, onError } = options;
  const remote = jose.createRemoteJWKSet(url, {
    cacheMaxAge: maxAgeMs,
    timeoutDuration: timeoutMs,
    cooldownDuration: Math.min(30_000, maxAgeMs),
  });
  let failure: { readonly error: unknown; readonly at: number } | undefined;

  const fromKnown: JWTVerifyGetKey = async (header, token) => {
    const known = remote.jwks();
    if (known === undefined) throw new KeysUnavailable(failure?.error);
    try {
      return await jose.createLocalJWKSet(known)(header, token);
    } catch (error) {
      throw codeOf(error) === 'ERR_JWKS_NO_MATCHING_KEY' ? new KeysUnavailable(failure?.error) : error;
    }
  };
  return async (header, token) => {
    if (failure !== undefined && clock.now() - failure.at < retryMs) return fromKnown(header, token);
    try {
      const key = await remote(header, token);
      failure = undefined;
      return key;
    } catch (error) {
      if (JUDGED.has(codeOf(error))) {
        failure = undefined;
        throw error;
      }
      if (failure === undefined) onError(error);
      failure = { error, at: clock.now() };
      return fromKnown(header, token);
    }
  };
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null)?.code;
}
