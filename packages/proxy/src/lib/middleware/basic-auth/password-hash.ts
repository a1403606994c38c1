import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { EvenkeelError } from '@evenkeel/core';

const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

const scryptAsync = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** Whether a hash is of a kind that can be verified: bcrypt, or scrypt in the PHC string format. */
export function isPasswordHash(hash: string): boolean {
  const [, ln = '0', r = '0', p = '0'] = SCRYPT.exec(hash) ?? [];
  // The bounds of memory and time: 1 GiB, and what a login may take.
  const isScrypt =
    Number(ln) >= 10 &&
    Number(ln) <= 20 &&
    Number(r) >= 1 &&
    Number(r) <= 8 &&
    Number(p) >= 1 &&
    Number(p) <= 16;
  return isScrypt || BCRYPT.test(hash);
}

/**
 * Compares a password with a hash, off the event loop, in a time that does not depend on how much of it is right.
 *
 * @throws EvenkeelError when the hash is of bcrypt and the package `bcrypt` is not installed
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, ln, r, p, salt, expected] = SCRYPT.exec(hash) ?? [];
  if (ln === undefined || salt === undefined || expected === undefined) {
    const { compare } = await loadBcrypt();
    // The same algorithm under three names; the library knows two of them.
    return compare(password, hash.replace(/^\$2y\$/, '$2b$'));
  }
  const wanted = Buffer.from(expected, 'base64');
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p) };
  const given = await scryptAsync(password, Buffer.from(salt, 'base64'), wanted.length, withMemory(cost));
  return timingSafeEqual(given, wanted);
}

/**
 * Hashes a password with scrypt, for the users of `basicAuth`: `$scrypt$ln=15,r=8,p=1$<salt>$<hash>` (RFC 7914, PHC string format).
 * Takes about 60 ms and 32 MiB, off the event loop.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await scryptAsync(password, salt, 32, withMemory({ N: 2 ** 15, r: 8, p: 1 }));
  return `$scrypt$ln=15,r=8,p=1$${unpadded(salt)}$${unpadded(hash)}`;
}

function withMemory(cost: { N: number; r: number; p: number }): ScryptOptions {
  return { ...cost, maxmem: 128 * cost.N * cost.r * 2 + 128 * cost.r * cost.p };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

async function loadBcrypt(): Promise<Pick<typeof import('bcrypt'), 'compare'>> {
  try {
    return (await import('bcrypt')).default;
  } catch (cause) {
    const message = 'bcrypt is missing: npm install bcrypt@6, or hash passwords with hashPassword';
    throw new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', message, { cause });
  }
}
