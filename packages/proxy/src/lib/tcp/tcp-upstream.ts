import type { Socket } from 'node:net';
import {
  type ClusterEvent,
  EvenkeelError,
  fullJitterBackoff,
  type PickContext,
  type PickResult,
  type RetryBudget,
  retryBudget,
  sleep,
  withoutStack,
} from '@evenkeel/core';
import type { ProxyProtocolVersion } from '../proxy-protocol/write-proxy-header.ts';
import { connectEndpoint } from './connect-endpoint.ts';
import type { TcpCluster, TcpClusterRoute } from './tcp-options.ts';
import type { TcpSettings } from './tcp-settings.ts';

/** Told of each endpoint that is tried, before it is. */
type Trying = (endpoint: string) => void;

/** A connection to an endpoint, and the pick that counts it. */
export interface Reached {
  readonly pick: PickResult;
  readonly socket: Socket;
}

/** One cluster as a TCP proxy uses it. */
export class TcpUpstream {
  readonly name: string;
  readonly proxyProtocol: ProxyProtocolVersion | undefined;
  private readonly cluster: TcpCluster;
  private readonly settings: TcpSettings;
  private readonly budget: RetryBudget;
  private ready: boolean;

  constructor({ cluster, proxyProtocol }: TcpClusterRoute, settings: TcpSettings) {
    this.name = cluster.name ?? 'tcp';
    this.proxyProtocol = proxyProtocol;
    this.cluster = cluster;
    this.settings = settings;
    this.budget = settings.retry.budget ?? retryBudget({ clock: settings.clock });
    this.ready = cluster.ready === undefined;
  }

  /** Calls back with the id of each endpoint that must take no more: gone from discovery, or unhealthy. */
  watchGone(gone: (endpoint: string) => void): Disposable | undefined {
    return this.cluster.subscribe?.((event: ClusterEvent) => {
      if (event.type === 'endpointsChanged') for (const { id } of event.removed) gone(id);
      else if (event.type === 'healthChanged' && !event.healthy) gone(event.endpoint.id);
    });
  }

  /**
   * Connects to an endpoint: to another one while that fails, within the retries and their budget. A failed try counts
   * against its endpoint; latency is the time it took to connect.
   *
   * @throws what the last try, or the pick, failed with
   */
  async reach(hashKey: string | undefined, signal: AbortSignal, trying: Trying): Promise<Reached> {
    const { clock, connectTimeoutMs: timeoutMs, retry, random } = this.settings;
    await this.awaitReady(signal);
    this.budget.deposit();
    const backoff = fullJitterBackoff({ baseMs: retry.backoffBaseMs, maxMs: retry.backoffMaxMs, random });
    const tried = new Set<string>();
    for (let attempt = 0; ; attempt++) {
      const context: PickContext = { exclude: tried, attempt, ...(hashKey !== undefined && { hashKey }) };
      let pick = this.cluster.pick(context);
      if (tried.has(pick.endpoint.id)) {
        pick[Symbol.dispose]();
        await sleep(clock, backoff.next(), signal);
        pick = this.cluster.pick(context);
      }
      trying(pick.endpoint.id);
      try {
        const socket = await connectEndpoint(pick.endpoint, { clock, timeoutMs, signal });
        pick.responseStarted();
        return { pick, socket };
      } catch (error) {
        if (signal.aborted) {
          pick.done({ kind: 'cancelled' });
          throw error;
        }
        pick.done({ kind: 'failure', error });
        if (attempt >= retry.maxRetries || !this.budget.tryWithdraw()) throw error;
        tried.add(pick.endpoint.id);
      }
    }
  }

  private async awaitReady(signal: AbortSignal): Promise<void> {
    if (this.ready) return;
    const { clock, readyTimeoutMs } = this.settings;
    const late = new AbortController();
    const timer = clock.setTimer(() => {
      const message = `cluster "${this.name}": no first snapshot within ${readyTimeoutMs} ms`;
      late.abort(withoutStack(() => new EvenkeelError('ERR_EVENKEEL_NOT_READY', message)));
    }, readyTimeoutMs);
    try {
      await this.cluster.ready?.({ signal: AbortSignal.any([signal, late.signal]) });
      this.ready = true;
    } finally {
      timer[Symbol.dispose]();
    }
  }
}
