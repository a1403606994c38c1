import type { Clock } from '@evenkeel/core';
import { type AgentShare, joinAgent } from './agent-share.ts';
import type { PapiClient, PapiRequest } from './client.ts';
import type { ConsulConnectionOptions, ConsulPlace } from './connection-options.ts';
import { exchange, type Reply } from './exchange.ts';
import { StatusError } from './status-error.ts';

/** One request, without what every one of a link has. */
export interface LinkRequest {
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: PapiRequest['query'];
  readonly body?: object;
  readonly signal: AbortSignal;
  /** How long the agent may take until it begins to answer, in ms. @default the link's time limit */
  readonly headersMs?: number;
}

/** Makes requests to one agent as one user of it. */
export interface Link {
  readonly share: AgentShare;
  /** @throws StatusError for another status than 200; whatever `exchange` throws */
  get(request: LinkRequest): Promise<Reply>;
  /** @throws StatusError for another status than 200; whatever `exchange` throws */
  put(request: LinkRequest): Promise<Reply>;
  /** Ends the membership; requests on their way are for their signals to end. */
  close(): void;
}

/** Who asks, and how patient it is. */
export interface LinkOptions extends Pick<ConsulConnectionOptions, 'token' | 'namespace' | 'partition'> {
  readonly place: ConsulPlace;
  readonly clock: Clock;
  /** For the rest of an answer, once it began, and for its begin unless the request says otherwise, in ms. */
  readonly timeoutMs: number;
}

/** Joins an agent. */
export function openLink({ place, clock, timeoutMs, ...scope }: LinkOptions): Link {
  const share = joinAgent(place, clock);

  const send = async (method: 'GET' | 'PUT', request: LinkRequest): Promise<Reply> => {
    const { path, params = {}, body, signal, headersMs = timeoutMs } = request;
    const client = await share.client();
    const { headers, query } = scoped(client, scope, request.query);
    const reply = await exchange(
      client,
      method,
      { name: filled(path, params), path, params, query, headers, ...(body && { type: 'json', body }) },
      { clock, signal, headersMs, bodyMs: timeoutMs },
    );
    if (reply.status !== 200) throw new StatusError(reply);
    return reply;
  };

  return {
    share,
    get: (request) => send('GET', request),
    put: (request) => send('PUT', request),
    close: share.leave,
  };
}

/** For messages, so without escapes. */
function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (whole, key: string) => params[key] ?? whole);
}

/** Token, namespace and partition; the caller's client has defaults which only its own methods would apply. */
function scoped(
  { _defaults: defaults = {} }: PapiClient,
  scope: Pick<LinkOptions, 'token' | 'namespace' | 'partition'>,
  query: PapiRequest['query'] = {},
): Pick<PapiRequest, 'headers' | 'query'> {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const token = scope.token ?? text(defaults.token);
  const partition = scope.partition ?? text(defaults.partition);
  const dc = text(defaults.dc);
  return {
    headers: token === undefined ? {} : { 'x-consul-token': token },
    query: {
      ...(dc === undefined ? {} : { dc }),
      ...(scope.namespace === undefined ? {} : { ns: scope.namespace }),
      ...(partition === undefined ? {} : { partition }),
      ...query,
    },
  };
}
