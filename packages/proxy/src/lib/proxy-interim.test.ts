import { expect, it } from 'vitest';
import { rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

it('server-sent events are not held back', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  connection.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
  await client.until('data: 1\n\n');
  connection.socket.write('data: 2\n\n');
  await client.until('data: 2\n\n');
});

it('RFC 9110 §15.2: an interim response is here before the final one is sent', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  connection.socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n');
  expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a\.css>\r\n\r\n$/i);
  connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  expect(await client.until('ok')).toContain('\r\n\r\nHTTP/1.1 200 OK\r\n');
});
