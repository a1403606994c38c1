import { type Discovery, sleep, type WatchOptions } from '@evenkeel/core';
import { answerView } from './answer-view.ts';
import { type DnsClient, dnsClient } from './client.ts';
import { paceFailure } from './failure-pace.ts';
import { type DnsDiscoveryOptions, resolveOptions, type Settings } from './options.ts';
import { refreshDelay } from './refresh.ts';
import { reporter } from './reporter.ts';
import type { Answer } from './resolve/answer.ts';
import { resolveAddresses } from './resolve/resolve-addresses.ts';
import { resolveServices } from './resolve/resolve-services.ts';
import { systemServers } from './transport/server-address.ts';

/**
 * A discovery of the endpoints that DNS lists, asked again when the TTL is over.
 *
 * ```ts
 * dnsDiscovery({ srv: '_http._tcp.orders.default.svc.cluster.local' });
 * dnsDiscovery({ name: 'orders.default.svc.cluster.local', port: 8080 });
 * dnsDiscovery({ srv: 'orders.service.consul', servers: ['127.0.0.1:8600'] });
 * ```
 *
 * Errors (SERVFAIL, REFUSED, no answer, a malformed one) end the watch, and the cluster keeps what it knows while it subscribes
 * again. "No such name" and "no such record" are answers: they empty the set, but only when they stay true for
 * `emptyHoldMs`.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range; a watch throws DnsError
 */
export function dnsDiscovery(options: DnsDiscoveryOptions): Discovery {
  const settings = resolveOptions(options);
  const { clock } = settings;
  return {
    async *watch({ signal, onEvent }: WatchOptions) {
      const report = reporter(onEvent);
      const servers = settings.servers ?? systemServers();
      const round = { startedAt: 0, queries: 0 };
      const client = dnsClient({
        ...settings,
        servers,
        onServerFailure: report.serverFailed,
        onQuery: () => void round.queries++,
      });
      const view = answerView(settings);
      let doubtedSince: number | undefined;
      try {
        while (!signal.aborted) {
          Object.assign(round, { startedAt: clock.now(), queries: 0 });
          const answer = await resolve(client, settings, signal).catch(async (error: unknown) => {
            await paceFailure(clock, round, signal);
            throw error;
          });
          const now = clock.now();
          const doubtful = answer.negative !== undefined || answer.failure !== undefined;
          doubtedSince = doubtful ? (doubtedSince ?? now) : undefined;
          const nextAt = now + nextDelay(answer, doubtedSince, now, settings);
          const snapshot = view.take(answer, now, nextAt - now);
          report.answered(answer, view.holding, nextAt - now);
          if (snapshot !== undefined) yield snapshot;
          await sleep(clock, nextAt - clock.now(), signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

function resolve(client: DnsClient, settings: Settings, signal: AbortSignal): Promise<Answer> {
  const { name, port, family } = settings;
  return port === undefined
    ? resolveServices(client, name, family, signal)
    : resolveAddresses(client, name, port, family, signal);
}

/**
 * An answer that lists nobody, or not all, is checked as often as allowed while it is in doubt, and then every few
 * seconds: a registry that was restarted empty is filled again within moments.
 */
function nextDelay(
  answer: Answer,
  doubtedSince: number | undefined,
  now: number,
  settings: Settings,
): number {
  const delay = refreshDelay(answer.ttl, settings);
  if (doubtedSince === undefined) return delay;
  if (now - doubtedSince < settings.emptyHoldMs)
    return Math.min(delay, refreshDelay(settings.minTtlMs / 1_000, settings));
  return Math.min(delay, refreshDelay(0, settings));
}
