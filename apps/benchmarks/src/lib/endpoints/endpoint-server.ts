import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behaviour } from './behaviour.ts';

/** An HTTP server whose behaviour can be changed while it runs. It keeps its port when it comes back from `refuse`. */
export interface EndpointServer {
  readonly port: number;
  /** Requests since the behaviour was last set. */
  readonly requests: number;
  behave(behaviour: Behaviour): Promise<void>;
}

const BODY = Buffer.from('{"status":"ok"}\n');

/** Starts a server on a free port of the loopback interface. */
export async function startEndpointServer(first: Behaviour): Promise<EndpointServer> {
  let behaviour = first;
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    respond(behaviour, request, response);
  });
  // Longer than any benchmark, so that no client sends into a connection that is being closed for idling.
  server.keepAliveTimeout = 600_000;
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const behave = async (next: Behaviour): Promise<void> => {
    behaviour = next;
    requests = 0;
    if (next.kind === 'refuse' && server.listening) {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    } else if (next.kind !== 'refuse' && !server.listening) {
      await listen(port);
    }
  };
  await behave(first);
  return {
    port,
    get requests() {
      return requests;
    },
    behave,
  };
}

function respond(behaviour: Behaviour, request: IncomingMessage, response: ServerResponse): void {
  if (behaviour.kind === 'reset') {
    request.socket.resetAndDestroy();
  } else if (behaviour.kind === 'close') {
    request.socket.destroy();
  } else if (behaviour.kind === 'answer') {
    const answer = (): void => {
      response.writeHead(behaviour.statusCode, {
        'content-type': 'application/json',
        'content-length': BODY.length,
      });
      response.end(BODY);
    };
    if (behaviour.delayMs === 0) answer();
    else setTimeout(answer, behaviour.delayMs);
  }
}
