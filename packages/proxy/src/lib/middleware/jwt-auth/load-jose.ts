import { EvenkeelError } from '@evenkeel/core';

/** The library that verifies tokens. */
export type Jose = typeof import('jose');

/** @throws EvenkeelError when it is not installed */
export async function loadJose(): Promise<Jose> {
  try {
    return await import('jose');
  } catch (cause) {
    throw new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', 'jose is missing: npm install jose@6', { cause });
  }
}
