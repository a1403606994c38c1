import {
  type Clock,
  checkKeys,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  systemClock,
} from '@evenkeel/core';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import type { Failure } from '../../errors/reason.ts';
import type { Middleware } from '../middleware.ts';
import { type ClaimHeaders, claimWriter } from './claim-headers.ts';
import { jwtKeys } from './jwt-keys.ts';
import type { JsonWebKeySet, JwtKeys } from './jwt-keys-options.ts';
import { KeysUnavailable } from './remote-keys.ts';
import { tokenVerifier } from './token-verifier.ts';

export type { ClaimHeaders, JsonWebKeySet, JwtKeys };

/** Options of {@link jwtAuth}. */
export interface JwtAuthOptions {
  /** Where the keys are that tokens are verified with. */
  readonly keys: JwtKeys;
  /** Algorithms that are accepted. @default all that the keys can be for: HS256, HS384 and HS512 with a secret, else RS, PS and ES of 256, 384 and 512, and EdDSA */
  readonly algorithms?: readonly string[];
  /** Who must have issued a token, or one of them. @default anybody */
  readonly issuer?: string | readonly string[];
  /** Whom a token must be for, or one of them. @default anybody */
  readonly audience?: string | readonly string[];
  /** Claims that must be there. @default ['exp'] */
  readonly requiredClaims?: readonly string[];
  /** How far clocks may differ, in ms. @default 0 */
  readonly clockToleranceMs?: number;
  /**
   * Request fields that tell the upstream of claims, as `{ 'x-user': 'sub' }`; the client's own are removed. None that
   * frames or routes the message or tells of hops. @default {}
   */
  readonly claimHeaders?: ClaimHeaders;
  /** Whether `Authorization` goes upstream. Without it a cache below shares what it keeps among all who may pass. @default true */
  readonly forward?: boolean;
  /** In the challenge to clients. @default 'restricted' */
  readonly realm?: string;
  /** Hears why keys could not be fetched, or read from a changed file. @default nobody */
  readonly onError?: (error: unknown) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

const KEYS: KnownKeys<JwtAuthOptions> = {
  keys: true,
  algorithms: true,
  issuer: true,
  audience: true,
  requiredClaims: true,
  clockToleranceMs: true,
  claimHeaders: true,
  forward: true,
  realm: true,
  onError: true,
  clock: true,
};
const UNAVAILABLE: Failure = {
  status: 503,
  reason: 'auth-unavailable',
  message: 'The token cannot be verified now.',
  retryAfter: 1,
};

/**
 * Middleware that asks for a JSON Web Token as bearer token (RFC 7519, 6750), verified by the package `jose`. A token that is wrong or missing is answered
 * 401; one that cannot be judged, as its keys cannot be fetched, 503.
 *
 * @throws InvalidOptionsError for keys, algorithms or claims that are none
 */
export function jwtAuth(options: JwtAuthOptions): Middleware {
  checkKeys('', options, KEYS);
  const { clock = systemClock, onError = () => {}, forward = true, realm = 'restricted' } = options;
  const keys = jwtKeys(options.keys, { clock, onError });
  const { algorithms: known } = keys;
  const algorithms = texts('algorithms', options.algorithms) ?? known;
  for (const [index, algorithm] of algorithms.entries()) {
    if (!known.includes(algorithm))
      throw new InvalidOptionsError(`algorithms[${index}]`, algorithm, `one of ${known.join(', ')}`);
  }
  if (typeof forward !== 'boolean') throw new InvalidOptionsError('forward', forward, 'true or false');
  if (typeof realm !== 'string' || !/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) {
    throw new InvalidOptionsError('realm', realm, 'a text without quotes and backslashes');
  }
  const issuer = texts('issuer', options.issuer);
  const audience = texts('audience', options.audience);
  const wanted: JWTVerifyOptions = {
    algorithms: [...algorithms],
    requiredClaims: [...(texts('requiredClaims', options.requiredClaims, 0) ?? ['exp'])],
    clockTolerance: numberOption('clockToleranceMs', options.clockToleranceMs, 0) / 1_000,
    ...(issuer && { issuer: [...issuer] }),
    ...(audience && { audience: [...audience] }),
  };
  const claims = claimWriter(options.claimHeaders ?? {});
  const verify = tokenVerifier(keys, wanted);
  const challenge = (more: string): Failure => ({
    status: 401,
    reason: 'unauthorized',
    message: 'A valid token is needed.',
    headers: ['www-authenticate', `Bearer realm="${realm}"${more}`],
  });
  const missing = challenge('');
  const invalid = challenge(', error="invalid_token"');

  return async (request, next) => {
    const { headers } = request;
    claims.strip(headers);
    const token = /^bearer +([\w.~+/-]+=*)$/i.exec(headers.get('authorization') ?? '')?.[1];
    if (token === undefined) {
      request.fail(missing);
      return;
    }
    let payload: JWTPayload;
    try {
      payload = await verify(token);
    } catch (error) {
      if (!isJudgement(error)) throw error;
      request.fail(error instanceof KeysUnavailable ? UNAVAILABLE : invalid, error);
      return;
    }
    if (!forward) headers.delete('authorization');
    claims.write(headers, payload);
    next();
  };
}

/** Whether an error is about the token, or its keys, and no bug. */
function isJudgement(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return error instanceof KeysUnavailable || (typeof code === 'string' && /^ERR_J(?:OSE|W)/.test(code));
}

function texts(
  field: string,
  value: string | readonly string[] | undefined,
  min = 1,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list = typeof value === 'string' ? [value] : value;
  if (
    !Array.isArray(list) ||
    list.length < min ||
    list.some((text) => typeof text !== 'string' || text === '')
  ) {
    throw new InvalidOptionsError(field, value, 'a text, or a list of texts');
  }
  return list;
}
