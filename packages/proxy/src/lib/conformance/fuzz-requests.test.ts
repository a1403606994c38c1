import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anyBytes, type ClientBytes, requestBytes } from '../testing/fuzz/client-bytes.ts';
import { rawClient } from '../testing/raw-client.ts';
import { startProxy, type TestProxy } from '../testing/start-proxy.ts';
import { readRequests, type StrictRequest } from '../testing/strict-requests.ts';
import { type Ending, readResponses } from '../testing/strict-responses.ts';
import { type StrictUpstream, strictUpstream } from '../testing/strict-upstream.ts';

/** How long to look for faults, in ms, and from where; the seed of a failure is in its report. */
const LASTS_MS = Number(process.env.FUZZ_MS ?? 5_000);
const SEED = Number(process.env.FUZZ_SEED ?? 9_112);
const settings = {
  seed: SEED,
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: LASTS_MS,
  markInterruptAsFailure: false,
};

let upstream: StrictUpstream;
let proxy: TestProxy;
beforeAll(async () => {
  upstream = await strictUpstream();
  proxy = await startProxy([upstream.port]);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** The last request of every client: whatever is still open in a parser swallows it, or ends here. */
const LAST = 'GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

/** What the upstream may get of a request: nothing that is not in it. */
function essence({ method, target, content }: StrictRequest) {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return JSON.stringify([method, path.startsWith('/') ? path : `/${path}`, content]);
}

async function holds({ text, cuts }: ClientBytes): Promise<void> {
  const sent = `${text}${LAST}`;
  const { requests } = readRequests(sent, { asServer: true });
  const whole = requests.filter(({ complete }) => complete);
  const methods = whole.map(({ method }) => method);
  const from = upstream.requests.length;
  const known = upstream.connections.length;
  const client = rawClient(proxy.port);
  const answers = (ending: Ending) => readResponses(client.received, [...methods, 'GET'], ending);
  let at = 0;
  for (const cut of [...cuts, sent.length]) {
    client.write(sent.slice(at, cut));
    at = cut;
    await new Promise((resolve) => setImmediate(resolve));
  }
  // A client that is owed nothing more says so; one that waits for an answer that never comes is what is looked for.
  const endIfAnswered = (): void => {
    if (answers('open').responses.length >= whole.length) client.socket.end();
  };
  client.socket.on('data', endIfAnswered);
  endIfAnswered();
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`hangs after ${JSON.stringify(client.received)}`)), 3_000).unref();
  });
  const { reset } = await Promise.race([client.end(), late]);
  const got = upstream.requests.slice(from).map(essence);
  const wanted = whole.filter(({ fault }) => fault === undefined).map(essence);
  for (const request of got) {
    expect(wanted, 'the upstream got a request that the client has not sent').toContain(request);
    wanted.splice(0, wanted.indexOf(request) + 1);
  }
  expect(upstream.connections.slice(known).flatMap(({ fault }) => fault ?? [])).toEqual([]);
  expect(answers(reset ? 'reset' : 'closed').fault).toBeUndefined();
}

it.each<[string, fc.Arbitrary<ClientBytes>]>([
  ['requests with changes', requestBytes],
  ['any bytes', anyBytes],
])(
  'whatever a client sends (%s), the upstream gets only whole requests that it sent',
  async (_, bytes) => {
    await fc.assert(fc.asyncProperty(bytes, holds), settings);
    expect(upstream.faults).toEqual([]);
    await expect.poll(() => proxy.proxy.active).toBe(0);
  },
  LASTS_MS + 60_000,
);
