import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { HealthCheckError } from '../errors.ts';
import { tcpHealthCheck } from './tcp-health-check.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listen() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => new Promise((resolve) => server.close(resolve));
  cleanups.push(close);
  return { server, close, port: (server.address() as AddressInfo).port };
}

function check(host: string, port: number, signal = new AbortController().signal): Promise<void> {
  return tcpHealthCheck().check(toEndpoint({ host, port }), { signal });
}

describe('tcpHealthCheck', () => {
  it('passes when the endpoint accepts, and closes the connection at once', async () => {
    const { server, port } = await listen();
    const accepted = once(server, 'connection');
    await check('127.0.0.1', port);
    const [socket] = await accepted;
    socket.resume();
    await once(socket, 'end');
  });

  it('fails with address and cause when the connection is refused', async () => {
    const { close, port } = await listen();
    await close();
    const error = await check('127.0.0.1', port).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HealthCheckError);
    expect(error).toMatchObject({
      code: 'ERR_EVENKEEL_HEALTH_CHECK',
      message: `TCP check of 127.0.0.1:${port} failed: connect ECONNREFUSED 127.0.0.1:${port}`,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('names every address of a host name that has several', async () => {
    const { close, port } = await listen();
    await close();
    await expect(check('localhost', port)).rejects.toThrow(
      new RegExp(`TCP check of localhost:${port} failed: .*ECONNREFUSED`),
    );
  });

  it('ends when its signal is aborted', async () => {
    const abort = new AbortController();
    const pending = check('127.0.0.1', (await listen()).port, abort.signal);
    abort.abort(new Error('took too long'));
    await expect(pending).rejects.toThrow(/failed: took too long$/);
  });

  it('does not even connect when its signal was aborted before', async () => {
    const { server, port } = await listen();
    let connections = 0;
    server.on('connection', (socket) => {
      connections++;
      socket.destroy();
    });
    await expect(check('127.0.0.1', port, AbortSignal.abort(new Error('no')))).rejects.toThrow(/no$/);
    await check('127.0.0.1', port);
    expect(connections).toBe(1);
  });
});
