import { checkKeys, type Endpoint, InvalidOptionsError, numberOption } from '@evenkeel/core';

/** A check that Consul runs against the endpoint, instead of heartbeats that the endpoint sends. */
export interface ConsulHttpCheck {
  /** 2xx passes, 429 is a warning, everything else critical. */
  readonly url: string;
  /** @default 5_000 */
  readonly intervalMs?: number;
  /** @default 2_000 */
  readonly timeoutMs?: number;
}

/** How an endpoint appears in Consul, beside its own fields. */
export interface RegistrationOptions {
  /** Its share while a check warns, 0–65,535. @default 1, as in Consul */
  readonly warningWeight?: number;
  /** Of the program; it becomes `Meta.version`. @default none */
  readonly version?: string;
  /** @default [] */
  readonly tags?: readonly string[];
  /** Without it the registrar sends heartbeats to a TTL check. @default none */
  readonly check?: ConsulHttpCheck;
  /**
   * How long Consul lists a critical endpoint before it forgets it, in ms; it never takes less than a minute.
   * @default 60_000
   */
  readonly deregisterAfterMs?: number;
}

/** The body of a registration, but for the lease. */
export interface Registration {
  readonly checkId: string;
  /** The check needs heartbeats. */
  readonly isLeased: boolean;
  body(ttlMs: number): object;
}

/**
 * Writes the registration of an endpoint.
 *
 * @throws InvalidOptionsError when Consul would not take it
 */
export function createRegistration(
  service: string,
  endpoint: Endpoint,
  options: RegistrationOptions,
): Registration {
  const { id, host, port, weight } = endpoint;
  if (weight < 1 || !Number.isInteger(weight)) {
    throw new InvalidOptionsError('weight', weight, 'an integer from 1 to 65535: Consul takes no other');
  }
  const bounds = { max: 65_535, integer: true };
  const warningWeight = numberOption('warningWeight', options.warningWeight, 1, bounds);
  const deregisterAfterMs = numberOption('deregisterAfterMs', options.deregisterAfterMs, 60_000, {
    min: 60_000,
  });
  const httpCheck = options.check && readCheck(options.check);
  const checkId = `service:${id}`;
  const meta = metaOf(endpoint, options.version);
  return {
    checkId,
    isLeased: httpCheck === undefined,
    body: (ttlMs) => ({
      ID: id,
      Name: service,
      Address: host,
      Port: port,
      Tags: options.tags ?? [],
      Meta: meta,
      Weights: { Passing: weight, Warning: warningWeight },
      Check: {
        CheckID: checkId,
        Name: httpCheck === undefined ? 'heartbeat' : 'http',
        DeregisterCriticalServiceAfter: duration(deregisterAfterMs),
        ...(httpCheck ?? { TTL: duration(ttlMs), Status: 'passing' }),
      },
    }),
  };
}

function readCheck(check: ConsulHttpCheck): object {
  checkKeys('check', check, { url: true, intervalMs: true, timeoutMs: true });
  const url = URL.parse(String(check.url));
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidOptionsError('check.url', check.url, 'a URL with http or https');
  }
  return {
    HTTP: url.href,
    Interval: duration(numberOption('check.intervalMs', check.intervalMs, 5_000, { min: 1_000 })),
    Timeout: duration(numberOption('check.timeoutMs', check.timeoutMs, 2_000, { min: 1 })),
  };
}

function metaOf({ zone, priority, metadata }: Endpoint, version: string | undefined): object {
  const meta: Record<string, string> = {
    ...metadata,
    ...(version === undefined ? {} : { version }),
    ...(zone === undefined ? {} : { zone }),
    ...(priority === 0 ? {} : { priority: String(priority) }),
  };
  const entries = Object.entries(meta);
  if (entries.length > 64) throw new InvalidOptionsError('metadata', entries.length, 'at most 64 entries');
  for (const [key, value] of entries) {
    if (!/^[\w-]{1,128}$/.test(key)) {
      throw new InvalidOptionsError(`metadata.${key}`, key, 'a key of 1 to 128 letters, digits, _ and -');
    }
    if (typeof value !== 'string' || value.length > 512) {
      throw new InvalidOptionsError(`metadata.${key}`, value, 'text of at most 512 characters');
    }
  }
  return meta;
}

function duration(ms: number): string {
  return `${Math.round(ms)}ms`;
}
