import { type Random, seededRandom } from '@evenkeel/core';
import { expect, it, vi } from 'vitest';
import { rawClient } from './testing/raw-client.ts';
import { rawUpstream, type UpstreamConnection } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const ANSWERS = [
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all',
  'HTTP/1.1 200 OK\r\n\r\nuntil the end',
  'not HTTP at all\r\n\r\n',
  '',
];
const REQUESTS = [
  'GET / HTTP/1.1\r\nHost: h\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: h\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello',
  'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello',
  'GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nbytes',
  'GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGARBAGE\r\n\r\n',
];

const pickFrom = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T;

/** Answers in any way an upstream may, good or bad, whole or in part. */
function misbehave(random: Random) {
  return (head: string, { socket }: UpstreamConnection): void => {
    const answer = /upgrade: websocket/i.test(head) && random() < 0.7 ? SWITCH : pickFrom(ANSWERS, random);
    const cut = random() < 0.3 ? Math.floor(random() * answer.length) : answer.length;
    socket.write(answer.slice(0, cut));
    const turn = random();
    if (turn < 0.3) socket.end();
    else if (turn < 0.5) socket.resetAndDestroy();
  };
}

it.each([1, 2])(
  'whatever both sides do, nothing stays in flight and nothing crashes (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    await using first = await rawUpstream(misbehave(random));
    await using second = await rawUpstream(misbehave(random));
    await using proxy = await startProxy([first.port, second.port, 1], {
      client: { perTryTimeoutMs: 100, bodyIdleTimeoutMs: 100 },
    });
    const one = async (): Promise<void> => {
      const request = pickFrom(REQUESTS, random);
      const cut = random() < 0.3 ? Math.floor(random() * request.length) : request.length;
      const client = rawClient(proxy.port, request.slice(0, cut));
      const turn = random();
      if (turn < 0.4) await client.until(/HTTP\/1\.1 [2-5]/).catch(() => {});
      else if (turn < 0.7) await new Promise((resolve) => client.socket.once('connect', resolve));
      const farewell = random();
      if (farewell < 0.3) client.socket.resetAndDestroy();
      else if (farewell < 0.5) client.socket.end();
      else client.socket.destroy();
    };
    // A request that was cut short waits for its rest: such clients must not be waited for.
    for (let round = 0; round < 8; round++) {
      await Promise.race([
        Promise.all(Array.from({ length: 20 }, one)),
        new Promise((r) => setTimeout(r, 250)),
      ]);
    }
    await proxy.proxy.close({ graceMs: 300 });
    expect(proxy.proxy.active).toBe(0);
    await vi.waitFor(() => {
      for (const endpoint of proxy.cluster.inspect().endpoints) {
        expect(endpoint).toMatchObject({ inFlight: 0, pending: 0 });
      }
    });
  },
);
