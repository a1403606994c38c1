import { createHash } from 'node:crypto';

const MAX_LENGTH = 64;

/** Stands for a key of any length, so that clients cannot fill the memory with long ones. */
export function shortKey(key: string): string {
  return key.length <= MAX_LENGTH ? key : createHash('sha256').update(key).digest('base64url');
}
