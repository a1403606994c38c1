// An endpoint that can be killed: what it must remember of the requests it got, it writes down before it answers.
import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const [port = '0', delayMs = '0', ledger = ''] = process.argv.slice(2);
const written = openSync(ledger, 'a');
let status = 200;

const server = createServer((request, response) => {
  const { method, url, headers } = request;
  if (method === 'POST') writeSync(written, `${headers['x-id'] ?? '-'}\n`);
  request.resume();
  const answer = (): void => {
    const code = url === '/healthz' ? 200 : status;
    response.shouldKeepAlive &&= server.listening;
    response.writeHead(code, { 'content-length': 2 }).end('ok');
  };
  if (url === '/healthz') answer();
  else setTimeout(answer, Number(delayMs));
});
server.keepAliveTimeout = 600_000;
server.listen(Number(port), '127.0.0.1');
await once(server, 'listening');
process.send?.('listening');

process.on('message', (next: number) => {
  status = next;
  process.send?.('set');
});
// As a well-behaved program goes: no new connections, open requests answered, idle connections closed.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
process.on('disconnect', () => process.exit(0));
