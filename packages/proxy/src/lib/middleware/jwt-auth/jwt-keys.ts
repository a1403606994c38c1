import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Clock, checkKeys, InvalidOptionsError, numberOption } from '@evenkeel/core';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { reloadingFile } from '../reloading-file.ts';
import type { JsonWebKeySet, JwtKeys } from './jwt-keys-options.ts';
import type { Jose } from './load-jose.ts';
import { remoteKeys } from './remote-keys.ts';

/** Finds the key for a token. */
export interface KeySourceOfJwt {
  /** The algorithms that its keys can be for. */
  readonly algorithms: readonly string[];
  /** What `jwtVerify` takes, once the library is there. */
  open(jose: Jose): Promise<KeyObject | Uint8Array | JWTVerifyGetKey>;
}

/** What the sources of keys share. */
export interface KeyContext {
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

const SHARED = ['HS256', 'HS384', 'HS512'];
const RSA_PSS = ['PS256', 'PS384', 'PS512'];
const RSA = ['RS256', 'RS384', 'RS512', ...RSA_PSS];
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};
const PUBLIC = [...RSA, ...Object.values(CURVES), 'EdDSA'];
const WAYS = ['url', 'file', 'jwks', 'publicKey', 'secret'] as const;

/** @throws InvalidOptionsError when there is not exactly one source, or it is none of its kind */
export function jwtKeys(keys: JwtKeys, { clock, onError }: KeyContext): KeySourceOfJwt {
  checkKeys<JwtKeys>('keys', keys, {
    url: true,
    file: true,
    jwks: true,
    publicKey: true,
    secret: true,
    maxAgeMs: true,
    timeoutMs: true,
    retryMs: true,
    reloadMs: true,
  });
  const given = WAYS.filter((way) => keys[way] !== undefined);
  if (given.length !== 1) {
    const got = given.length === 0 ? undefined : given.join(' and ');
    throw new InvalidOptionsError('keys', got, `exactly one of ${WAYS.join(', ')}`);
  }
  const maxAgeMs = numberOption('keys.maxAgeMs', keys.maxAgeMs, 600_000, { min: 1 });
  const timeoutMs = numberOption('keys.timeoutMs', keys.timeoutMs, 5_000, { min: 1 });
  const retryMs = numberOption('keys.retryMs', keys.retryMs, 1_000, { min: 1 });
  const reloadMs = numberOption('keys.reloadMs', keys.reloadMs, 1_000, { min: 1 });
  const { url, file, jwks, publicKey, secret } = keys;
  if (secret !== undefined) {
    const bytes = typeof secret === 'string' ? Buffer.from(secret) : Buffer.alloc(0);
    if (bytes.length < 32)
      throw new InvalidOptionsError('keys.secret', `${bytes.length} bytes`, 'at least 32 bytes');
    return { algorithms: SHARED, open: async () => bytes };
  }
  if (publicKey !== undefined) {
    const key = pem(publicKey);
    return { algorithms: algorithmsOf(key), open: async () => key };
  }
  if (url !== undefined) {
    const where = httpUrl(url);
    const options = { maxAgeMs, timeoutMs, retryMs, clock, onError };
    return { algorithms: PUBLIC, open: async (jose) => remoteKeys(jose, where, options) };
  }
  if (jwks !== undefined) {
    const set = checkKeySet(jwks, 'keys.jwks');
    return { algorithms: PUBLIC, open: async (jose) => jose.createLocalJWKSet(set) };
  }
  const current = fileOf(file ?? '', reloadMs, { clock, onError });
  return {
    algorithms: PUBLIC,
    open: async (jose) => async (header, token) => jose.createLocalJWKSet(await current())(header, token),
  };
}

function fileOf(path: string, reloadMs: number, context: KeyContext): () => Promise<JSONWebKeySet> {
  const parse = (text: string): JSONWebKeySet => checkKeySet(JSON.parse(text), 'keys.file');
  try {
    return reloadingFile({ path, parse, reloadMs, ...context });
  } catch (error) {
    throw new InvalidOptionsError(
      'keys.file',
      path,
      `a file with a JSON Web Key Set: ${(error as Error).message}`,
    );
  }
}

function checkKeySet(value: unknown, field: string): JSONWebKeySet {
  const { keys } = (value ?? {}) as Partial<JsonWebKeySet>;
  if (
    !Array.isArray(keys) ||
    !keys.every((key) => typeof key === 'object' && key !== null && key.kty !== 'oct')
  ) {
    throw new InvalidOptionsError(field, value, 'an object with a list "keys" of public keys');
  }
  return value as JSONWebKeySet;
}

function pem(text: string): KeyObject {
  try {
    return createPublicKey(text);
  } catch (error) {
    throw new InvalidOptionsError(
      'keys.publicKey',
      typeof text,
      `a public key in PEM: ${(error as Error).message}`,
    );
  }
}

/** @throws InvalidOptionsError for a key of another kind, or one that is too short */
function algorithmsOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): readonly string[] {
  const isLong = (details?.modulusLength ?? 0) >= 2_048;
  const curve = CURVES[details?.namedCurve ?? ''];
  if (type === 'rsa' && isLong) return RSA;
  if (type === 'rsa-pss' && isLong) return RSA_PSS;
  if (type === 'ec' && curve !== undefined) return [curve];
  if (type === 'ed25519') return ['EdDSA'];
  throw new InvalidOptionsError(
    'keys.publicKey',
    type,
    'RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519',
  );
}

function httpUrl(text: string): URL {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidOptionsError('keys.url', text, 'an http: or https: URL');
  return url;
}
