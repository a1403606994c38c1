import { createHash } from 'node:crypto';
import { manualClock } from '@evenkeel/core/testing';
import { expect, it, vi } from 'vitest';
import { rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const MIB = 1024 * 1024;

it('passes parts of an answer on as they come', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  const { socket, until } = await upstream.connection(0);
  await until('\r\n\r\n');
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  await client.until('text/event-stream\r\n');
  await client.until('\r\n\r\n');
  socket.write('6\r\ndata 1\r\n');
  await client.until('data 1');
  socket.write('6\r\ndata 2\r\n');
  await client.until('data 2');
  socket.write('0\r\n\r\n');
  await client.until('0\r\n\r\n');
});

it('passes the first part of an answer of known length on with its head, whenever the rest comes', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  const { socket, until } = await upstream.connection(0);
  await until('\r\n\r\n');
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npart');
  await client.until('\r\n\r\npart');
  socket.write('rest');
  await client.until('partrest');
});

it.each(['1.1', '1.0'])(
  'passes parts that come long after the head on as they come, to HTTP/%s',
  async (version) => {
    await using upstream = await rawUpstream();
    await using proxy = await startProxy([upstream.port]);
    using client = rawClient(proxy.port, `GET / HTTP/${version}\r\nHost: h\r\n\r\n`);
    const { socket, until } = await upstream.connection(0);
    await until('\r\n\r\n');
    socket.write(`HTTP/1.1 200 OK\r\n${version === '1.1' ? 'Content-Length: 12\r\n' : ''}\r\n`);
    await client.until('\r\n\r\n');
    for (const part of ['one;', 'two;', 'end;']) {
      socket.write(part);
      await client.until(part);
    }
  },
);

it.each([1, 255, 8_191, 8_192, 8_193, 70_000])(
  'passes %i bytes of any value on as they are',
  async (size) => {
    const content = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7 + 128) % 256));
    await using upstream = await rawUpstream((_head, { socket }) => {
      socket.write(
        Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`), content]),
      );
    });
    await using proxy = await startProxy([upstream.port]);
    for (const _ of [1, 2]) {
      const response = await fetch(`http://127.0.0.1:${proxy.port}/`);
      expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    }
  },
);

it('writes parts that come in one turn in order', async () => {
  const parts = ['one', 'x'.repeat(10_000), 'two', 'three'];
  await using proxy = await startProxy([], {
    middleware: [
      ({ response }) => {
        response.start(200, '', ['content-length', String(parts.join('').length)]);
        for (const part of parts) response.write(Buffer.from(part));
        response.end();
      },
    ],
  });
  const response = await fetch(`http://127.0.0.1:${proxy.port}/`);
  expect(await response.text()).toBe(parts.join(''));
});

it('passes parts of a request on as they come', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(
    proxy.port,
    'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n',
  );
  const connection = await upstream.connection(0);
  await connection.until('one');
  client.write('3\r\ntwo\r\n');
  await connection.until('two');
  client.write('0\r\n\r\n');
  await connection.until('0\r\n\r\n');
  connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  await client.until('ok');
});

it('an answer that nobody reads holds the upstream back, and arrives whole later', async () => {
  const size = 64 * MIB;
  const sent = createHash('md5');
  let written = 0;
  let stalled: () => void = () => {};
  const firstStall = new Promise<void>((resolve) => {
    stalled = resolve;
  });
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    const block = Buffer.alloc(MIB);
    const more = (): void => {
      while (written < size) {
        block.fill(written / MIB);
        sent.update(block);
        written += block.length;
        if (!socket.write(Buffer.from(block))) {
          socket.once('drain', more);
          setTimeout(() => {
            if (socket.writableNeedDrain) stalled();
          }, 200).unref();
          return;
        }
      }
    };
    more();
  });
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port);
  client.socket.removeAllListeners('data');
  client.socket.pause();
  client.write(GET);
  await firstStall;
  // What is under way sits in the buffers of the kernel and two streams: far less than the whole.
  expect(written).toBeLessThan(size / 2);
  const got = createHash('md5');
  let length = 0;
  let head = true;
  await new Promise<void>((resolve) => {
    client.socket.on('data', (chunk: Buffer) => {
      const body = head ? chunk.subarray(chunk.indexOf('\r\n\r\n') + 4) : chunk;
      head = false;
      got.update(body);
      length += body.length;
      if (length === size) resolve();
    });
    client.socket.resume();
  });
  expect(got.digest('hex')).toBe(sent.digest('hex'));
});

it('a request that the upstream does not read holds the client back', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const size = 64 * MIB;
  using client = rawClient(proxy.port, `PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: ${size}\r\n\r\nx`);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\nx');
  connection.socket.pause();
  let written = 1;
  const block = Buffer.alloc(MIB);
  let stalled = false;
  while (!stalled && written + block.length <= size) {
    written += block.length;
    if (client.socket.write(block)) continue;
    stalled = await Promise.race([
      new Promise<boolean>((resolve) => client.socket.once('drain', () => resolve(false))),
      new Promise<boolean>((resolve) => setTimeout(resolve, 500, true)),
    ]);
  }
  expect(stalled).toBe(true);
  expect(written).toBeLessThan(size / 2);
});

it('gives a client that leaves its answer unread up after a while', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = Buffer.concat([
      Buffer.from(`${MIB.toString(16)}\r\n`),
      Buffer.alloc(MIB),
      Buffer.from('\r\n'),
    ]);
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  });
  await using proxy = await startProxy([upstream.port], { clock, connections: { sendTimeoutMs: 900 } });
  using client = rawClient(proxy.port);
  client.socket.pause();
  client.write(GET);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (clock.pendingTimers === 0) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
  const closed = proxy.event(0);
  for (let i = 0; i < 20 && proxy.events.length === 0; i++) await clock.advanceAsync(900);
  expect(await closed).toMatchObject({ status: 200, reason: 'client-gone' });
});

it('gives a client that leaves small answers unread up after a while', async () => {
  const clock = manualClock();
  const body = 'x'.repeat(8_000);
  await using proxy = await startProxy([], {
    clock,
    connections: { sendTimeoutMs: 900 },
    middleware: [(request) => request.respond(200, [], body)],
  });
  using client = rawClient(proxy.port);
  client.socket.pause();
  client.write(GET.repeat(5_000));
  await vi.waitFor(
    async () => {
      await clock.advanceAsync(900);
      expect(proxy.events.at(-1)).toMatchObject({ status: 200, reason: 'client-gone' });
    },
    { timeout: 5_000 },
  );
  expect(proxy.proxy.active).toBe(0);
});
