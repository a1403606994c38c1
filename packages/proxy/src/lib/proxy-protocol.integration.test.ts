import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { programGate, startProgram } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { createProxy } from './proxy.ts';
import { createTcpProxy } from './tcp/tcp-proxy.ts';
import { untilEnd } from './testing/socket-text.ts';
import { orderedCluster } from './testing/start-tcp-proxy.ts';

const gate = await programGate('haproxy', 'nginx');
const from = ['127.0.0.1'];

/** HAProxy with one port in front of or behind the proxy. */
function haproxy(config: (port: number) => string) {
  return startProgram('haproxy', ({ port }) => ({
    config: `
global
  nbthread 1
defaults
  timeout connect 5s
  timeout client 5s
  timeout server 5s
${config(port)}
`,
    args: (file) => ['-db', '-f', file],
  }));
}

/** Sends a request, and returns its answer and the address that it came from. */
async function get(port: number): Promise<{ answer: string; client: string }> {
  // Not the address that HAProxy itself comes from.
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.5' });
  await once(socket, 'connect');
  const client = `127.0.0.5:${socket.localPort}`;
  socket.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  return { answer: await untilEnd(socket), client };
}

describe.skipIf(gate.skipped)(`PROXY protocol with ${gate.title}`, () => {
  it.each(['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options crc32c,unique-id check inter 50'])(
    'takes what HAProxy sends: %s',
    async (options) => {
      const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      await using cluster = orderedCluster(`127.0.0.1:${(server.address() as AddressInfo).port}`);
      await using http = createProxy({ routes: [{ cluster: 'db' }], clusters: { db: cluster } });
      await using tcp = createTcpProxy({ cluster });
      const told: string[] = [];
      http.subscribe((event) => {
        if (event.type === 'exchangeEnded') told.push(`${event.remoteAddress}`);
        else told.push(event.type);
      });
      tcp.subscribe((event) => {
        if (event.type === 'connectionEnded' && event.bytesSent > 0)
          told.push(`${event.remoteAddress}:${event.remotePort}`);
        if (event.type === 'connectionRefused') told.push(event.reason);
      });
      const where = { port: 0, host: '127.0.0.1', proxyProtocol: { from } };
      for (const { port } of [await http.listen(where), await tcp.listen(where)]) {
        await using front = await haproxy(
          (bound) => `listen in
  mode tcp
  unique-id-format %{+X}o%ci:%cp
  bind 127.0.0.1:${bound}
  server it 127.0.0.1:${port} ${options}`,
        );
        const { answer, client } = await get(front.port);
        expect(answer).toContain('\r\n\r\nok');
        await expect.poll(() => told.filter((one) => client.startsWith(one))).not.toEqual([]);
      }
      expect(told).not.toContain('bad-proxy-header');
      server.closeAllConnections();
      server.close();
    },
  );

  it.each(['v1', 'v2'] as const)('is understood by HAProxy and nginx: %s', async (proxyProtocol) => {
    await using behind = await haproxy(
      (bound) => `frontend out
  mode http
  bind 127.0.0.1:${bound} accept-proxy
  http-request return status 200 content-type text/plain lf-string "%[src]:%[src_port]"`,
    );
    await using nginx = await startProgram('nginx', ({ port, folder }) => ({
      config: `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${folder};
  proxy_temp_path ${folder};
  fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder};
  scgi_temp_path ${folder};
  server {
    listen 127.0.0.1:${port} proxy_protocol;
    location / { return 200 "$proxy_protocol_addr:$proxy_protocol_port"; }
  }
}`,
      args: (file) => ['-c', file, '-e', 'stderr'],
    }));
    for (const { port } of [behind, nginx]) {
      await using cluster = orderedCluster(`127.0.0.1:${port}`);
      await using http = createProxy({
        routes: [{ cluster: 'db' }],
        clusters: { db: { cluster, proxyProtocol } },
      });
      await using tcp = createTcpProxy({ cluster: { cluster, proxyProtocol } });
      for (const proxy of [http, tcp]) {
        const bound = await proxy.listen({ port: 0, host: '127.0.0.1' });
        const { answer, client } = await get(bound.port);
        expect(answer).toContain(`\r\n\r\n${client}`);
      }
    }
  });
});
