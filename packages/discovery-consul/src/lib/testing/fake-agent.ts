import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** How the fake answers one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** An HTTP server in the place of an agent: it answers blocking queries, or breaks as a test says. */
export interface FakeAgent extends AsyncDisposable {
  readonly address: string;
  /** When each request came, by `performance.now()`. */
  readonly times: number[];
  readonly requests: { readonly method: string; readonly url: URL; readonly headers: object; body: string }[];
  /** The most connections that were open at once. */
  readonly peak: number;
  readonly sockets: ReadonlySet<Socket>;
  /** Instead of a proper answer. */
  answer: Answer | undefined;
  /** The same for `/v1/status/leader`. */
  leader: Answer;
  /** Sets what the service has now, and wakes the queries that wait. */
  publish(records: readonly unknown[], options?: { readonly index?: number }): void;
  /** Wakes the queries that wait, to be answered anew. */
  wake(): void;
}

/** An entry of a health answer. */
export function entry(
  port: number,
  parts: { service?: object; node?: object; checks?: object[] } = {},
): object {
  return {
    Node: { Node: 'n1', Address: '10.9.9.9', Datacenter: 'dc1', Meta: {}, ...parts.node },
    Service: {
      ID: `s${port}`,
      Service: 's',
      Address: '127.0.0.1',
      Port: port,
      Tags: [],
      Meta: {},
      Weights: { Passing: 1, Warning: 1 },
      ...parts.service,
    },
    Checks: parts.checks ?? [],
  };
}

/** Sends JSON, with an index. */
export function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/** Where the fake listens. */
export interface FakeAgentOptions {
  /** A socket. @default a free port of the loopback interface */
  readonly path?: string;
  /** With it, https. */
  readonly tls?: TlsOptions;
}

/** Starts one. */
export async function fakeAgent({ path, tls }: FakeAgentOptions = {}): Promise<FakeAgent> {
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();
  let records: readonly unknown[] = [];
  let index = 10;
  let peak = 0;

  const properly = (response: ServerResponse, url: URL): void => {
    const reply = (): void => json(response, records, { 'x-consul-index': String(index) });
    if (Number(url.searchParams.get('index') ?? 0) !== index) {
      reply();
      return;
    }
    const go = (): void => {
      if (!waiting.delete(go)) return;
      clearTimeout(timer);
      respond(response, url);
    };
    const giveUp = (): void => {
      if (waiting.delete(go)) reply();
    };
    const timer = setTimeout(giveUp, Number.parseInt(url.searchParams.get('wait') ?? '1000', 10));
    waiting.add(go);
    response.once('close', () => {
      waiting.delete(go);
      clearTimeout(timer);
    });
  };
  const respond = (response: ServerResponse, url: URL): void => {
    if (fake.answer === undefined) properly(response, url);
    else fake.answer(response, response.req);
  };

  const listener: RequestListener = (request, response) => {
    fake.times.push(performance.now());
    const url = new URL(request.url ?? '', 'http://agent');
    if (url.pathname === '/v1/status/leader') {
      fake.leader(response, request);
      return;
    }
    const seen = { method: request.method ?? '', url, headers: request.headers, body: '' };
    fake.requests.push(seen);
    request.on('data', (chunk) => {
      seen.body += chunk;
    });
    request.once('end', () => respond(response, url));
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    peak = Math.max(peak, sockets.size);
    socket.once('close', () => sockets.delete(socket));
  });

  const fake: FakeAgent = {
    address: '',
    times: [],
    requests: [],
    get peak() {
      return peak;
    },
    sockets,
    answer: undefined,
    leader: (response) => json(response, '127.0.0.1:8300'),
    publish(next, options = {}) {
      records = next;
      index = options.index ?? index + 1;
      fake.wake();
    },
    wake() {
      for (const go of [...waiting]) go();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path });
  await once(server, 'listening');
  const address =
    path === undefined ? `127.0.0.1:${(server.address() as AddressInfo).port}` : `unix://${path}`;
  return Object.defineProperty(fake, 'address', { value: address });
}
