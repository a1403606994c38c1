import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { b64 } from './raw-etcd.ts';

/** What the fake was asked. */
export interface FakeRequest {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly token: string | undefined;
}

/** How one path is answered. */
export type FakeAnswer = (response: ServerResponse, request: FakeRequest) => void | Promise<void>;

/** An HTTP server that speaks the gateway of etcd as badly as a test wants. */
export interface FakeGateway extends AsyncDisposable {
  readonly origin: string;
  readonly requests: FakeRequest[];
  /** By path below `/v3/`; `*` for all others. An empty service by default. */
  readonly answers: Record<string, FakeAnswer>;
  /** How many connections are open. */
  openSockets(): number;
  /** Writes to all watches that are open. */
  push(message: object): void;
}

export const HEADER = { cluster_id: '77', member_id: '1', revision: '10', raft_term: '2' };

/** One JSON answer. */
export const json =
  (value: object, status = 200): FakeAnswer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** The error of etcd. */
export const grpcError = (message: string, code: number, status = 400): FakeAnswer =>
  json({ error: message, message, code }, status);

/** The page of a proxy. */
export const html =
  (status: number): FakeAnswer =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'text/html' })
      .end('<html><body>Bad Gateway</body></html>');

/** Never a byte. */
export const silent: FakeAnswer = () => {};

/** Headers, and never a body. */
export const headersOnly: FakeAnswer = (response) => void response.writeHead(200).flushHeaders();

/** A text that is cut off by a closed connection. */
export const truncated =
  (start: string): FakeAnswer =>
  (response) => {
    response.writeHead(200);
    response.write(start, () => response.destroy());
  };

/** A byte each few milliseconds. */
export const drip =
  (whole: string, everyMs = 20): FakeAnswer =>
  (response) => {
    response.writeHead(200);
    let at = 0;
    const timer = setInterval(() => response.write(whole[at++ % whole.length]), everyMs);
    response.on('close', () => clearInterval(timer));
  };

/** Lines of a stream that stays open. */
export const stream =
  (...lines: (object | string)[]): FakeAnswer =>
  (response) => {
    response.writeHead(200);
    for (const line of lines) response.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  };

/** The first frame of a watch. */
export const created = (header: object = HEADER): object => ({ result: { header, created: true } });

/** A frame with puts, all at one revision. */
export const puts = (revision: number, records: Record<string, string>): object => ({
  result: {
    header: { ...HEADER, revision: String(revision) },
    events: Object.entries(records).map(([key, value]) => ({
      kv: { key: b64(key), value: b64(value), mod_revision: String(revision) },
    })),
  },
});

/** The answer of a listing. */
export const listing = (records: Record<string, string>, header: object = HEADER): FakeAnswer => {
  const kvs = Object.entries(records).map(([key, value]) => ({
    key: b64(key),
    value: b64(value),
    mod_revision: '5',
  }));
  return (response, request) => {
    const isProbe = request.body.min_mod_revision !== undefined;
    return json({ header, count: String(kvs.length), ...(isProbe ? {} : { kvs }) })(response, request);
  };
};

/** Passes everything on to the real one. */
export const passOn =
  (origin: string): FakeAnswer =>
  async (response, { path, body }) => {
    const controller = new AbortController();
    response.on('close', () => controller.abort());
    const { signal } = controller;
    const answer = await fetch(`${origin}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal,
    });
    response.writeHead(answer.status);
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  };

/** Starts one on a free loopback port. */
export async function fakeGateway(answers: Record<string, FakeAnswer> = {}): Promise<FakeGateway> {
  const sockets = new Set<Socket>();
  const watches = new Set<ServerResponse>();
  const requests: FakeRequest[] = [];
  const all: Record<string, FakeAnswer> = {
    'kv/range': listing({}),
    watch: stream(created()),
    '*': grpcError('not found', 5, 404),
    ...answers,
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').replace('/v3/', '');
    const asked = { path, body: JSON.parse(await text(request)), token: request.headers.authorization };
    requests.push(asked);
    response.on('error', () => {});
    if (path === 'watch') {
      watches.add(response);
      response.on('close', () => watches.delete(response));
    }
    await (all[path] ?? all['*'])?.(response, asked);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers: all,
    openSockets: () => sockets.size,
    push(message) {
      for (const watch of watches) watch.write(`${JSON.stringify(message)}\n`);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
