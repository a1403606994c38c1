import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { healthy } from './behaviour.ts';
import { type EndpointServer, startEndpointServer } from './endpoint-server.ts';

let server: EndpointServer;
let agent: Agent;

beforeEach(async () => {
  server = await startEndpointServer(healthy(0));
  agent = new Agent();
});
afterEach(async () => {
  await agent.destroy();
  await server.behave({ kind: 'refuse' });
});

async function ask(options: { readonly headersTimeout?: number } = {}): Promise<number | string> {
  try {
    const origin = `http://127.0.0.1:${server.port}`;
    const { statusCode, body } = await agent.request({ origin, path: '/', method: 'GET', ...options });
    await body.dump();
    return statusCode;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

describe('an endpoint server', () => {
  it('answers and counts since its behaviour was set', async () => {
    expect([await ask(), await ask(), server.requests]).toEqual([200, 200, 2]);
    await server.behave({ kind: 'answer', statusCode: 500, delayMs: 1 });
    expect([await ask(), server.requests]).toEqual([500, 1]);
  });

  it('refuses connections and comes back on the same port', async () => {
    expect(await ask()).toBe(200);
    const { port } = server;
    await server.behave({ kind: 'refuse' });
    expect(await ask()).toBe('ECONNREFUSED');
    await server.behave(healthy(0));
    expect([await ask(), server.port]).toEqual([200, port]);
  });

  it('resets, closes and hangs', async () => {
    await server.behave({ kind: 'reset' });
    expect(await ask()).toBe('ECONNRESET');
    await server.behave({ kind: 'close' });
    expect(await ask()).toBe('UND_ERR_SOCKET');
    await server.behave({ kind: 'hang' });
    expect(await ask({ headersTimeout: 1 })).toBe('UND_ERR_HEADERS_TIMEOUT');
    expect(server.requests).toBe(1);
  });
});
