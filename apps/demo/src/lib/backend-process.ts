import { createServer } from 'node:http';

// A backend of the demo, in a process of its own so that it can really be killed. Arguments: its behaviour as JSON.
// It tells its port to the parent and ends with it.

/** How a backend of the demo behaves. */
export interface BackendBehaviour {
  /** 0 takes a free port. */
  readonly port: number;
  readonly delayMs: number;
  /** Share of the requests that it answers with 500, 0–1. */
  readonly failRatio: number;
}

const behaviour = JSON.parse(process.argv[2] ?? '{}') as BackendBehaviour;
const { port, delayMs, failRatio } = behaviour;

const server = createServer((request, response) => {
  request.resume();
  if (request.url === '/healthz') {
    response.end('ok\n');
    return;
  }
  setTimeout(() => {
    response.statusCode = Math.random() < failRatio ? 500 : 200;
    response.end(`${response.statusCode === 200 ? 'done' : 'failed'}\n`);
  }, delayMs);
});

server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
process.on('disconnect', () => process.exit(0));
