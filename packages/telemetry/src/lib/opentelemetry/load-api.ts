import { EvenkeelError } from '@evenkeel/core';

/** The library `@opentelemetry/api`. */
export type OpenTelemetryApi = typeof import('@opentelemetry/api');

/** @throws EvenkeelError that says how to install it */
export async function loadApi(): Promise<OpenTelemetryApi> {
  try {
    return await import('@opentelemetry/api');
  } catch (cause) {
    const message = '@opentelemetry/api is missing: npm install @opentelemetry/api@1';
    throw new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', message, { cause });
  }
}
