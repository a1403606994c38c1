import { expect, it } from 'vitest';
import { parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

it('9110 §9.3.6: CONNECT is refused, and nothing that comes behind it goes anywhere', async () => {
  await using upstream = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  await using proxy = await startProxy([upstream.port]);
  const target = `127.0.0.1:${upstream.port}`;
  using client = rawClient(proxy.port, `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\nearly bytes`);
  await client.until('method-not-supported');
  client.write('GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n');
  const { status, head } = parts((await client.end()).text);
  expect(status).toBe(501);
  expect(head).toContain('connection: close\r\n');
  expect(upstream.connections).toHaveLength(0);
});
