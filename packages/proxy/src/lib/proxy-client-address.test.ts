import { expect, it } from 'vitest';
import { rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const request = (fields: string): string => `GET / HTTP/1.1\r\nHost: h\r\n${fields}\r\n`;

it('7239 §5: the client behind trusted proxies is known to middleware, to events and upstream', async () => {
  await using upstream = await rawUpstream(OK);
  const seen: (string | undefined)[] = [];
  await using proxy = await startProxy([upstream.port], {
    trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
    forwarded: { fields: ['x-real-ip', 'forwarded'], by: '_edge' },
    middleware: [
      (routed, next) => {
        seen.push(routed.clientAddress);
        next();
      },
    ],
  });
  using client = rawClient(proxy.port, request('X-Forwarded-For: 6.6.6.6, 192.0.2.9, 10.1.1.1\r\n'));
  await client.until('ok');
  expect(seen).toEqual(['192.0.2.9']);
  expect(await proxy.event(0)).toMatchObject({ clientAddress: '192.0.2.9', remoteAddress: '127.0.0.1' });
  expect(upstream.connections[0]?.received).toContain(
    'x-forwarded-for: 6.6.6.6, 192.0.2.9, 10.1.1.1\r\nx-real-ip: 192.0.2.9\r\n' +
      'forwarded: for=6.6.6.6, for=192.0.2.9, for=10.1.1.1, for=127.0.0.1;by=_edge;host=h;proto=http\r\n',
  );
});

it('7239 §5: counts trusted hops, where their addresses are not known', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], { trustedHops: 2 });
  using client = rawClient(proxy.port, request('X-Forwarded-For: 6.6.6.6, 192.0.2.9, 10.1.1.1\r\n'));
  await client.until('ok');
  expect(await proxy.event(0)).toMatchObject({ clientAddress: '192.0.2.9' });
  using refused = rawClient(proxy.port, 'GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.8\r\n\r\n');
  await refused.until('bad-host');
  expect(await proxy.event(1)).toMatchObject({ clientAddress: '192.0.2.8', status: 400 });
});
