import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Agent, request } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

const WORKERS = 16;
const PATHS = 40;
/** How soon a store that returned is used again, with time for a busy machine. */
const BACK_WITHIN_MS = 5_000;

/** Takes the place of a server, and answers every request with rubbish. */
async function rubbishAt(address: string): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => socket.write('rubbish\r\n'));
  });
  server.listen(Number(address.split(':').at(-1)), '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
}

/** The program with a cache whose memory holds nothing, so that each request asks the store; and clients that ask without a pause. */
async function loadedProxy(store: string) {
  const origin = createServer(({ url }, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end(`body of ${url}`);
  }).listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const { port } = origin.address() as AddressInfo;
  const file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: ["127.0.0.1:${port}"] } } }
routes: [{ cluster: api, cache: { store: "${store}", memoryBytes: 0, prefix: outage${process.pid} } }]
`,
  );
  const cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(/^listening on (\S+)$/m);
  const agent = new Agent();
  const failures: unknown[] = [];
  let [answered, hits, ended] = [0, 0, false];
  const work = async (first: number): Promise<void> => {
    for (let turn = first; !ended; turn += WORKERS) {
      const path = `/${turn % PATHS}`;
      try {
        const { statusCode, headers, body } = await request(`${url}${path}`, { dispatcher: agent });
        const text = await body.text();
        if (statusCode !== 200 || text !== `body of ${path}`) failures.push(`${statusCode} ${text}`);
        if (String(headers['cache-status']).includes('; hit')) hits += 1;
        answered += 1;
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, index) => work(index));
  const until = (holds: () => boolean): Promise<boolean> =>
    vi.waitUntil(() => holds() || failures.length > 0, { timeout: 30_000, interval: 5 });
  return {
    failures,
    answers: (count: number) => {
      const goal = answered + count;
      return until(() => answered >= goal);
    },
    /** Answers from the store that come from now on. */
    hits: (count: number) => {
      const goal = hits + count;
      return until(() => hits >= goal);
    },
    told: (pattern: RegExp) => until(() => pattern.test(cli.stderr)),
    async [Symbol.asyncDispose]() {
      ended = true;
      await Promise.all(workers);
      await agent.destroy();
      await cli[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
      origin.closeAllConnections();
      origin.close();
    },
  };
}

for (const kind of ['redis', 'memcached'] as const) {
  const gate = await serviceGate(kind, { control: true });

  /** What happens to the server, and what ends it. */
  const faults: Record<string, (server: Service) => Promise<() => Promise<unknown>>> = {
    killed: async (server) => {
      await server.kill();
      return () => server.restart({ keepData: false });
    },
    frozen: async (server) => {
      server.pause();
      return async () => server.resume();
    },
    'replaced by rubbish': async (server) => {
      await server.kill();
      const end = await rubbishAt(server.address);
      return async () => {
        await end();
        await server.restart({ keepData: false });
      };
    },
  };

  describe.skipIf(gate.skipped)(`a proxy under load whose ${gate.title} is`, () => {
    for (const [name, breakIt] of Object.entries(faults)) {
      it(`${name} fails no request, and uses it again soon after its return`, {
        timeout: 60_000,
      }, async () => {
        await using server = await startService(kind);
        await using load = await loadedProxy(`${kind}://${server.address}`);
        await load.hits(100);
        const mendIt = await breakIt(server);
        await load.told(/left alone until it answers again/);
        await load.answers(500);
        await mendIt();
        const since = performance.now();
        await load.hits(1);
        expect(performance.now() - since).toBeLessThan(BACK_WITHIN_MS);
        await load.hits(100);
        expect(load.failures).toEqual([]);
      });
    }
  });
}
