import {
  checkKeys,
  type EndpointInput,
  type HeartbeatOptions,
  heartbeatRegistrar,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  type Registrar,
  type RegistryCall,
  sleep,
  systemClock,
  toEndpoint,
} from '@evenkeel/core';
import { HEARTBEAT_KEYS } from '@evenkeel/core/driver';
import { CONNECTION_KEYS, type ConsulConnectionOptions, consulPlace } from './connection-options.ts';
import { type Link, openLink } from './link.ts';
import { checkName, checkTags } from './options.ts';
import { createRegistration, type RegistrationOptions } from './registration.ts';
import { StatusError } from './status-error.ts';

/** Which endpoint is registered, as what, and at which agent: that of its own machine. */
export interface ConsulRegistrarOptions
  extends ConsulConnectionOptions,
    HeartbeatOptions,
    RegistrationOptions,
    Omit<EndpointInput, 'address' | 'host' | 'port'> {
  readonly service: string;
  /** Where clients find the endpoint: `host:port`, or `[v6]:port`. `address` is the agent's. */
  readonly endpoint: string;
  /**
   * How long a registration may take, in ms; without a leader it takes 7 s. A heartbeat has two thirds of the
   * lease, if that is less, and the deregistration 5 s. @default 10_000
   */
  readonly timeoutMs?: number;
}

const KEYS: KnownKeys<ConsulRegistrarOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  endpoint: true,
  id: true,
  weight: true,
  warningWeight: true,
  priority: true,
  zone: true,
  metadata: true,
  version: true,
  tags: true,
  check: true,
  deregisterAfterMs: true,
  ...HEARTBEAT_KEYS,
};

const TIMEOUT_MS = 10_000;
/** Long enough for the watches to see the maintenance, which the deregistration ends. */
const NOTICE_MS = 250;
/**
 * Without a leader an agent takes 7 s or more for each call, one after the other, and goes on when nobody
 * waits any more: so nobody waits long.
 */
const NOTICE_TIMEOUT_MS = 1_000;
const LEAVE_TIMEOUT_MS = 5_000;
/** What an agent says of a check or service that it does not know, by its version. */
const UNKNOWN = /does not have associated TTL|unknown (check|service)|no service registered/i;

/**
 * A registrar that keeps one endpoint at a Consul agent, alive by heartbeats to a TTL check, or by an HTTP
 * check that Consul runs. It leaves by way of maintenance, so that watches know that it left on purpose.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function consulRegistrar(options: ConsulRegistrarOptions): Registrar {
  checkKeys('', options, KEYS);
  const place = consulPlace(options);
  const service = checkName('service', options.service);
  const { id, weight, priority, zone, metadata, token, namespace, partition } = options;
  const { endpoint: address, clock = systemClock } = options;
  if (typeof address !== 'string') {
    throw new InvalidOptionsError('endpoint', address, '"host:port" of what is registered');
  }
  if (options.tags !== undefined) checkTags(options.tags);
  const timeoutMs = numberOption('timeoutMs', options.timeoutMs, TIMEOUT_MS, { min: 1, max: 600_000 });
  const input = { address, weight, priority, zone, metadata };
  const endpoint = toEndpoint({
    ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
    // An agent knows services by their ids alone, whatever their names.
    id: checkName('id', id ?? `${service}:${address}`),
  });
  const registration = createRegistration(service, endpoint, options);
  let open: Link | undefined;
  const link = (): Link => {
    open ??= openLink({
      place,
      clock,
      timeoutMs,
      ...(token === undefined ? {} : { token }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(partition === undefined ? {} : { partition }),
    });
    return open;
  };

  /** False when the agent does not know the endpoint (any more). */
  const ifKnown = async (call: Promise<unknown>): Promise<boolean> => {
    try {
      await call;
      return true;
    } catch (error) {
      if (error instanceof StatusError && (error.status === 404 || UNKNOWN.test(error.body))) return false;
      throw error;
    }
  };
  const giveNotice = async (signal: AbortSignal): Promise<'given' | 'unknown' | 'failed'> => {
    try {
      const notice = link().put({
        path: '/agent/service/maintenance/{id}',
        params: { id: endpoint.id },
        query: { enable: 'true', reason: 'draining' },
        signal,
        headersMs: Math.min(timeoutMs, NOTICE_TIMEOUT_MS),
      });
      if (!(await ifKnown(notice))) return 'unknown';
    } catch {
      // The deregistration comes all the same, and tells what is wrong.
      return 'failed';
    }
    await sleep(clock, NOTICE_MS, signal);
    return 'given';
  };

  return heartbeatRegistrar(
    {
      async put({ signal, ttlMs }) {
        await link().put({
          path: '/agent/service/register',
          // Also the maintenance of a process that died before its deregistration.
          query: { 'replace-existing-checks': 'true' },
          body: registration.body(ttlMs),
          signal,
        });
      },
      async beat({ signal, ttlMs }) {
        // The agent takes it at once, and answers after 7 s without a leader; the lease must not end meanwhile.
        const headersMs = Math.min(timeoutMs, Math.max(1_000, Math.round((ttlMs * 2) / 3)));
        const call = registration.isLeased
          ? link().put({
              path: '/agent/check/pass/{check}',
              params: { check: registration.checkId },
              signal,
              headersMs,
            })
          : link().get({ path: '/agent/service/{id}', params: { id: endpoint.id }, signal, headersMs });
        return (await ifKnown(call)) ? 'known' : 'unknown';
      },
      async remove({ signal }: RegistryCall) {
        if ((await giveNotice(signal)) === 'unknown') return;
        const deregistration = link().put({
          path: '/agent/service/deregister/{id}',
          params: { id: endpoint.id },
          signal,
          headersMs: Math.min(timeoutMs, LEAVE_TIMEOUT_MS),
        });
        await ifKnown(deregistration);
      },
      async close() {
        open?.close();
        open = undefined;
      },
    },
    { ...options, timeoutMs },
  );
}
