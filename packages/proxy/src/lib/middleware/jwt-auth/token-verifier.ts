import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { KeySourceOfJwt } from './jwt-keys.ts';
import { type Jose, loadJose } from './load-jose.ts';

/** What a token says, if it may be believed; throws an error of `jose` if not. */
export type VerifyToken = (token: string) => Promise<JWTPayload>;

/** Makes what verifies tokens; the library is loaded with the first one. */
export function tokenVerifier(keys: KeySourceOfJwt, wanted: JWTVerifyOptions): VerifyToken {
  const prepare = async (): Promise<VerifyToken> => {
    const jose = await loadJose();
    const key = await keys.open(jose);
    if (typeof key !== 'function') return async (token) => (await jose.jwtVerify(token, key, wanted)).payload;
    return (token) => verifyWithSet(jose, key, token, wanted);
  };
  let ready: Promise<VerifyToken> | undefined;
  return async (token) => {
    ready ??= prepare();
    return (await ready)(token);
  };
}

/** A token that names no key is tried with each that fits. */
async function verifyWithSet(
  jose: Jose,
  key: JWTVerifyGetKey,
  token: string,
  wanted: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jose.jwtVerify(token, key, wanted)).payload;
  } catch (error) {
    if (!(error instanceof jose.errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const one of error) {
      try {
        return (await jose.jwtVerify(token, one, wanted)).payload;
      } catch (failure) {
        if (!(failure instanceof jose.errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new jose.errors.JWSSignatureVerificationFailed();
  }
}
