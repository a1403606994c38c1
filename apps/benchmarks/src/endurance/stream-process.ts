// An endpoint that answers with as many bytes as the path says, as fast as they are taken.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { serveParent } from '../lib/processes/served.ts';

const BLOCK = Buffer.alloc(256 * 1_024);

const server = createServer((request, response) => {
  const total = Number(request.url?.slice(1));
  response.writeHead(200, { 'content-length': total });
  pipeline(Readable.from(blocks(total)), response, () => {});
});
server.listen(0, '127.0.0.1');
const listening = once(server, 'listening');

serveParent<object, { readonly port: number }>(async () => {
  await listening;
  return { port: (server.address() as AddressInfo).port };
});

function* blocks(total: number): Generator<Buffer> {
  for (let left = total; left > 0; left -= BLOCK.length) {
    yield left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK;
  }
}
