import { InvalidOptionsError } from '@evenkeel/core';
import { isPasswordHash } from './password-hash.ts';

/** The hash of each user's password. */
export type Users = ReadonlyMap<string, string>;

const RULE = 'a hash of bcrypt (htpasswd -B) or of hashPassword';

/** @throws InvalidOptionsError for a name that cannot be sent, or a hash of another kind */
export function usersOf(users: Readonly<Record<string, string>>): Users {
  if (typeof users !== 'object' || users === null || Array.isArray(users)) {
    throw new InvalidOptionsError('users', users, 'an object of hashes by name');
  }
  for (const [name, hash] of Object.entries(users)) {
    const field = `users.${name}`;
    if (name === '' || name.includes(':')) {
      throw new InvalidOptionsError(field, name, 'a name that is not empty and has no ":"');
    }
    // The value may be a password in plain text, so the message does without it.
    if (typeof hash !== 'string' || !isPasswordHash(hash))
      throw new InvalidOptionsError(field, typeof hash, RULE);
  }
  return new Map(Object.entries(users));
}

/**
 * Reads a file as `htpasswd` writes it.
 *
 * @throws Error naming the line that is wrong
 */
export function parseHtpasswd(text: string): Users {
  const users = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon));
    const hash = line.slice(colon + 1).trim();
    if (name === '' || !isPasswordHash(hash))
      throw new Error(`line ${index + 1}: expected a name, ":" and ${RULE}`);
    users.set(name, hash);
  }
  return users;
}
