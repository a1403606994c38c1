import { createServer, type Socket } from 'node:net';
import { manualClock } from '@evenkeel/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memcachedCacheDriver } from './driver.ts';
import { rendezvous } from './rendezvous.ts';
import { type Reply, ReplyParser } from './reply-parser.ts';

describe('the parser', () => {
  it('reads the same answers however the bytes are cut', () => {
    const bytes = Buffer.from(
      'VA 7 f0 O1\r\na\r\nb\r\nc\r\nEN\r\nHD O2\r\nVA 0 f1\r\n\r\nSERVER_ERROR out of memory\r\nNS O3\r\n',
    );
    const parse = (pieces: readonly Buffer[]): readonly Reply[] => {
      const replies: Reply[] = [];
      const parser = new ReplyParser(100, (reply) => replies.push(reply));
      for (const piece of pieces) parser.push(piece);
      return replies;
    };
    const whole = parse([bytes]);
    expect(whole.map(({ code, value }) => value?.toString() ?? code)).toEqual([
      'a\r\nb\r\nc',
      'EN',
      'HD',
      '',
      'SERVER_ERROR',
      'NS',
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 10 }), (cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = ends.slice(1).map((end, index) => bytes.subarray(ends[index], end));
        expect(parse(pieces)).toEqual(whole);
      }),
    );
  });

  it('refuses what is no answer', () => {
    for (const text of [
      'hello\r\n',
      '\r\n',
      'VA x\r\n',
      'VA 101 f0\r\n',
      'VA 1 f0\r\nabc',
      'HDX\r\n',
      'x'.repeat(3_000),
    ]) {
      expect(() => new ReplyParser(100, () => {}).push(Buffer.from(text)), text).toThrow();
    }
  });
});

describe('the choice of a server', () => {
  const names = ['10.0.0.1:11211', '10.0.0.2:11211', '10.0.0.3:11211', '10.0.0.4:11211'];
  const keys = Array.from({ length: 20_000 }, (_, index) => `cache:{${index}}g`);

  it('gives each its share, within 5 %', () => {
    const choose = rendezvous(names);
    const counts = names.map((_, index) => keys.filter((key) => choose(key) === index).length);
    for (const count of counts) expect(Math.abs(count / 5_000 - 1)).toBeLessThan(0.05);
  });

  it('does not depend on the order of the list', () => {
    const [one, other] = [rendezvous(names), rendezvous(names.toReversed())];
    for (const key of keys) expect(names[one(key)]).toBe(names.toReversed()[other(key)]);
  });

  it('moves only the keys of a server that leaves', () => {
    const [all, fewer] = [rendezvous(names), rendezvous(names.slice(0, 3))];
    for (const key of keys) if (all(key) < 3) expect(fewer(key)).toBe(all(key));
  });
});

describe('a connection', () => {
  it('is opened anew when an answer is due for silentMs', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      if (sockets.length > 1) socket.on('data', () => socket.write('EN\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const clock = manualClock();
    const driver = memcachedCacheDriver({ servers: [`127.0.0.1:${port}`], silentMs: 1_000, clock });
    const { signal } = new AbortController();
    try {
      const stuck = driver.getMany(['a'], { signal });
      const failed = expect(stuck).rejects.toThrow(/silent for 1000 ms/);
      await expect.poll(() => sockets.length).toBe(1);
      clock.advance(1_000);
      await failed;
      await expect(driver.getMany(['a'], { signal })).rejects.toThrow(/not connected/);
      clock.advance(500);
      expect(await driver.getMany(['a'], { signal })).toEqual([undefined]);
    } finally {
      await driver.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(clock.pendingTimers).toBe(0);
  });
});

it('names the option that is wrong', () => {
  expect(() => memcachedCacheDriver({ servers: [] })).toThrow(/servers/);
  expect(() => memcachedCacheDriver({ servers: ['a'] })).toThrow(/servers\[0\].*host:port/);
  expect(() => memcachedCacheDriver({ servers: ['a:1', 'a:1'] })).toThrow(/different/);
  expect(() => memcachedCacheDriver({ servers: ['a:1'], silent: 1 } as never)).toThrow(/silentMs/);
});
