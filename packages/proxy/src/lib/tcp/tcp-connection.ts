import type { Socket } from 'node:net';
import type { PickResult } from '@evenkeel/core';
import { classifyError } from '../errors/classify.ts';
import type { Reason } from '../errors/reason.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { ProxiedConnection } from '../proxy-protocol/proxy-header.ts';
import { writeProxyHeader } from '../proxy-protocol/write-proxy-header.ts';
import { Relay } from './relay.ts';
import type { TcpClient } from './tcp-options.ts';
import type { TcpSettings } from './tcp-settings.ts';
import type { TcpUpstream } from './tcp-upstream.ts';

/** What all connections of a TCP proxy share. */
export interface TcpContext {
  readonly settings: TcpSettings;
  readonly events: ProxyEvents;
  /** Told when both sides are closed. */
  ended(connection: TcpConnection): void;
}

/** An accepted connection, and where it is to go. */
export interface TcpRoute {
  readonly socket: Socket;
  readonly ends: ProxiedConnection;
  /** The name that the TLS client asks for; undefined where none is looked for. */
  readonly serverName: string | undefined;
  /** Undefined where it leads nowhere. */
  readonly upstream: TcpUpstream | undefined;
  readonly startedAt: number;
}

/** Thrown into what a connection waits for when its client has gone. */
const GONE = new Error('the client closed the connection');
GONE.stack = '';

/** Thrown into what a connection waits for when the proxy itself breaks it off. */
class BrokenOff extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}

/** One accepted connection: from its client to an endpoint, until both sides are closed. */
export class TcpConnection {
  /** The id of the endpoint that it has reached, or tries. */
  private endpoint: string | undefined;
  private readonly context: TcpContext;
  private readonly socket: Socket;
  private readonly ends: ProxiedConnection;
  private readonly client: TcpClient;
  private readonly upstream: TcpUpstream | undefined;
  private readonly startedAt: number;
  private readonly stop = new AbortController();
  private attempts = 0;
  private connectMs: number | undefined;
  private pick: PickResult | undefined;
  private relay: Relay | undefined;
  private over = false;

  constructor(context: TcpContext, { socket, ends, serverName, upstream, startedAt }: TcpRoute) {
    const { address, port } = ends.source;
    this.context = context;
    this.socket = socket;
    this.ends = ends;
    this.client = { remoteAddress: address, remotePort: port, serverName };
    this.upstream = upstream;
    this.startedAt = startedAt;
  }

  /** Connects to an endpoint and joins both sides. */
  async start(): Promise<void> {
    const { context, socket, upstream, stop } = this;
    const onClose = (): void => stop.abort(GONE);
    socket.once('close', onClose);
    if (socket.destroyed) onClose();
    if (upstream === undefined) {
      this.end('no-route', undefined);
      return;
    }
    try {
      const key = context.settings.hashKey(this.client);
      const { pick, socket: endpoint } = await upstream.reach(key, stop.signal, (id) => {
        this.endpoint = id;
        this.attempts += 1;
      });
      socket.off('close', onClose);
      this.join(upstream, pick, endpoint);
    } catch (error) {
      if (error === GONE) this.end('client-gone', socket.errored ?? undefined);
      else if (error instanceof BrokenOff) this.end(error.reason, undefined);
      else this.end(classifyError(error).reason, error);
    }
  }

  /** Whether it goes to an endpoint of a cluster, or tries to. */
  isAt(upstream: TcpUpstream, endpoint: string): boolean {
    return this.upstream === upstream && this.endpoint === endpoint;
  }

  /** Resets both sides, whatever state the connection is in. */
  breakOff(reason: Reason): void {
    if (this.relay === undefined) this.stop.abort(new BrokenOff(reason));
    else this.relay.breakOff(reason);
  }

  private join(upstream: TcpUpstream, pick: PickResult, endpoint: Socket): void {
    const { context, socket } = this;
    const { clock, idleTimeoutMs } = context.settings;
    this.pick = pick;
    this.connectMs = clock.now() - this.startedAt;
    const { proxyProtocol } = upstream;
    if (proxyProtocol !== undefined) endpoint.write(writeProxyHeader(proxyProtocol, this.ends));
    if (context.events.wanted) {
      context.events.emit({
        type: 'connectionOpened',
        ...this.client,
        cluster: upstream.name,
        endpoint: pick.endpoint.id,
        attempts: this.attempts,
        connectMs: this.connectMs,
      });
    }
    this.relay = new Relay(
      { client: socket, endpoint },
      { clock, idleTimeoutMs, ended: (reason, error) => this.end(reason, error) },
    );
    const stopped: unknown = this.stop.signal.reason;
    if (stopped instanceof BrokenOff) this.relay.breakOff(stopped.reason);
  }

  private end(reason: Reason | undefined, error: unknown): void {
    if (this.over) return;
    this.over = true;
    const { context, relay, upstream } = this;
    if (!this.socket.destroyed) this.socket.resetAndDestroy();
    // An endpoint that resets before it says anything has accepted the connection in name only.
    const failed = reason === 'upstream-reset' && relay?.bytesSent === 0;
    this.pick?.done(failed ? { kind: 'failure', error } : { kind: 'success' });
    context.ended(this);
    if (!context.events.wanted) return;
    context.events.emit({
      type: 'connectionEnded',
      ...this.client,
      cluster: upstream?.name,
      endpoint: this.endpoint,
      attempts: this.attempts,
      bytesReceived: relay?.bytesReceived ?? 0,
      bytesSent: relay?.bytesSent ?? 0,
      connectMs: this.connectMs,
      durationMs: context.settings.clock.now() - this.startedAt,
      reason,
      error,
    });
  }
}
