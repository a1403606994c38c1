import type { RegistrarEvent } from '@evenkeel/core';

/** One line for what happened to a registration; undefined for a failure that only repeats those before it. */
export function describeRegistrarEvent(event: RegistrarEvent, registry: string): string | undefined {
  switch (event.type) {
    case 'registered':
      return `registered in ${registry}`;
    case 'registrationFailed':
      return repeated(event.attempt) ? undefined : `registration failed ${details(event)}`;
    case 'registrationLost':
      return `${registry} has forgotten the registration`;
    case 'heartbeatFailed':
      return repeated(event.attempt) ? undefined : `heartbeat failed ${details(event)}`;
    case 'heartbeatLate':
      return `heartbeat ${Math.round(event.lagMs)} ms late, the lease is ${event.ttlMs} ms`;
    case 'deregistered':
      return `deregistered from ${registry}`;
    case 'deregistrationFailed':
      return `deregistration failed (${text(event.error)}), the lease ends by itself`;
  }
}

/** An outage of an hour is some thousand attempts: told are the first, the second, the fourth and so on. */
function repeated(attempt: number): boolean {
  return (attempt & (attempt - 1)) !== 0;
}

function details({
  error,
  attempt,
  retryInMs,
}: {
  error: unknown;
  attempt: number;
  retryInMs: number;
}): string {
  const count = attempt === 1 ? '' : `${attempt} times `;
  return `${count}(${text(error)}), next try in ${Math.round(retryInMs)} ms`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
