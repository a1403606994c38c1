import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service whose answers may be kept for a minute. */
export interface Origin extends Disposable {
  /** `host:port`. */
  readonly address: string;
  /** Requests that reached it. */
  readonly requests: number;
}

/** Starts the service: it answers with the number of the request. */
export async function startOrigin(): Promise<Origin> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response
      .writeHead(200, { 'cache-control': 'max-age=60', 'cache-tag': 'prices' })
      .end(`answer ${requests}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
