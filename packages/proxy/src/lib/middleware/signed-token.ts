import { createHmac, timingSafeEqual } from 'node:crypto';
import { InvalidOptionsError } from '@evenkeel/core';

const SIGNATURE_BYTES = 16;

/** Signs tokens that expire, and checks those that come back. */
export interface TokenSigner {
  /** @param expiresAt Unix time in seconds; 0 never */
  sign(token: string, expiresAt: number): string;
  /** Undefined for what was not signed here, or has expired. */
  check(signed: string, now: number): { readonly token: string; readonly expiresAt: number } | undefined;
}

/**
 * Signs with the first of the secrets, and takes what any of them has signed, so that they can be changed one after the other: HMAC-SHA256,
 * of which 128 bits are kept.
 *
 * @param purpose part of what is signed, so that tokens made for one thing are no good for another
 * @throws InvalidOptionsError for no secret, or one shorter than 16 characters
 */
export function tokenSigner(secrets: readonly string[], purpose: string, field = 'secrets'): TokenSigner {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new InvalidOptionsError(field, secrets, 'a list of secrets, at least 1');
  }
  for (const [index, secret] of secrets.entries()) {
    if (typeof secret === 'string' && secret.length >= 16) continue;
    const got = typeof secret === 'string' ? `${secret.length} characters` : typeof secret;
    throw new InvalidOptionsError(`${field}[${index}]`, got, 'a string of at least 16 characters');
  }
  const signature = (secret: string, text: string): Buffer =>
    createHmac('sha256', secret).update(`${purpose}\0${text}`).digest().subarray(0, SIGNATURE_BYTES);
  return {
    sign(token, expiresAt) {
      const text = `${token}.${expiresAt.toString(36)}`;
      return `${text}.${signature(secrets[0] as string, text).toString('base64url')}`;
    },
    check(signed, now) {
      const end = signed.lastIndexOf('.');
      const middle = signed.lastIndexOf('.', end - 1);
      if (middle < 1) return undefined;
      const given = Buffer.from(signed.slice(end + 1), 'base64url');
      if (given.length !== SIGNATURE_BYTES) return undefined;
      const text = signed.slice(0, end);
      if (!secrets.some((secret) => timingSafeEqual(signature(secret, text), given))) return undefined;
      const expiresAt = Number.parseInt(signed.slice(middle + 1, end), 36);
      return expiresAt !== 0 && expiresAt <= now ? undefined : { token: signed.slice(0, middle), expiresAt };
    },
  };
}
