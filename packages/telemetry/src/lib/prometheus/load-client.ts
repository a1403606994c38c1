import { EvenkeelError } from '@evenkeel/core';

/** The library prom-client. */
export type PromClient = typeof import('prom-client');

/** @throws EvenkeelError that says how to install it */
export async function loadClient(): Promise<PromClient> {
  try {
    return (await import('prom-client')).default;
  } catch (cause) {
    const message = 'prom-client is missing: npm install prom-client@15';
    throw new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', message, { cause });
  }
}
