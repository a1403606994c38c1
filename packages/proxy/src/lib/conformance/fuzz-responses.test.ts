import type { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { responseBytes, type UpstreamBytes } from '../testing/fuzz/upstream-bytes.ts';
import { rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { readResponses } from '../testing/strict-responses.ts';

const LASTS_MS = Number(process.env.FUZZ_MS ?? 5_000);
const SEED = Number(process.env.FUZZ_SEED ?? 9_110);

it(
  'whatever an upstream sends, no client takes a part for the whole, or anything for an answer that is none',
  async () => {
    let bytes: UpstreamBytes | undefined;
    await using upstream = await rawUpstream(
      (_head, { socket }) => void send(bytes as UpstreamBytes, socket),
    );
    const limits = { perTryTimeoutMs: 100, bodyIdleTimeoutMs: 100 };
    await using proxy = await startProxy([upstream.port], { client: { ...limits, retry: false } });
    let relayed = 0;
    const holds = async (next: UpstreamBytes): Promise<void> => {
      bytes = next;
      const { method, version, text, ending } = next;
      using client = rawClient(
        proxy.port,
        `${method} / HTTP/${version}\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`hangs after ${JSON.stringify(client.received)}`)), 3_000).unref();
      });
      const { text: received, reset } = await Promise.race([client.end(), late]);
      const got = readResponses(received, [method], reset ? 'reset' : 'closed');
      expect(got.fault, 'the client got what is no response').toBeUndefined();
      const [answer] = got.responses;
      if (answer?.complete !== true || answer.fields.includes('x-evenkeel-reason')) return;
      const [wanted] = readResponses(text, [method], ending, { asUndici: true }).responses;
      const { status, content } = answer;
      expect({ status, content, complete: true }).toEqual({
        status: wanted?.status,
        content: wanted?.content,
        complete: wanted?.complete,
      });
      relayed++;
    };
    await fc.assert(fc.asyncProperty(responseBytes, holds), {
      seed: SEED,
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: LASTS_MS,
      markInterruptAsFailure: false,
    });
    expect(relayed).toBeGreaterThan(10);
    await expect.poll(() => proxy.proxy.active).toBe(0);
  },
  LASTS_MS + 60_000,
);

/** Sends an answer in its packets, and ends the connection as it says. */
async function send({ text, cuts, ending }: UpstreamBytes, socket: Socket): Promise<void> {
  let at = 0;
  for (const cut of [...cuts, text.length]) {
    socket.write(text.slice(at, cut), 'latin1');
    at = cut;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (ending === 'closed') socket.end();
  if (ending === 'reset') socket.resetAndDestroy();
}
