import type { RegistrarEvent } from '@evenkeel/core';
import { describeFailure, errorText } from './failure.ts';
import { oneLine } from './one-line.ts';

/** One line for what happened to a registration; undefined for a failure that only repeats those before it. */
export function describeRegistrarEvent(event: RegistrarEvent, registry: string): string | undefined {
  const text = describe(event, registry);
  return text === undefined ? undefined : oneLine(text);
}

function describe(event: RegistrarEvent, registry: string): string | undefined {
  switch (event.type) {
    case 'registered':
      return `registered in ${registry}`;
    case 'registrationFailed':
      return prefixed('registration', describeFailure(event));
    case 'registrationLost':
      return `${registry} has forgotten the registration`;
    case 'heartbeatFailed':
      return prefixed('heartbeat', describeFailure(event));
    case 'heartbeatLate':
      return `heartbeat ${Math.round(event.lagMs)} ms late, the lease is ${event.ttlMs} ms`;
    case 'deregistered':
      return `deregistered from ${registry}`;
    case 'deregistrationFailed':
      return `deregistration failed (${errorText(event.error)}), the lease ends by itself`;
  }
}

function prefixed(what: string, failure: string | undefined): string | undefined {
  return failure === undefined ? undefined : `${what} ${failure}`;
}
