import { createServer } from 'node:http';

// A service for tests of `evenkeel register`. Arguments: its port, and `stubborn` for one that SIGTERM does not end.
// Requests: /exit/CODE ends it, /get-ready lets /healthz answer 200 from then on, anything else is answered 200.

const [port = '0', mode] = process.argv.slice(2);
let ready = false;

const server = createServer(({ url = '' }, response) => {
  if (url === '/get-ready') ready = true;
  if (url === '/healthz') {
    console.log(`health asked, ${ready ? 'ready' : 'not ready'}`);
    response.statusCode = ready ? 200 : 503;
  }
  const code = /^\/exit\/(\d+)$/.exec(url)?.[1];
  response.end('here\n', () => code !== undefined && process.exit(Number(code)));
});
process.on('SIGTERM', () => {
  console.log('service: SIGTERM');
  if (mode !== 'stubborn') process.exit(7);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`service: listening, pid ${process.pid}`));
