import { getEventListeners } from 'node:events';
import { manualClock, settle } from '@evenkeel/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FakeDnsServer, type FakeQuery, fakeDnsServer, sizeOf } from '../testing/fake-dns-server.ts';
import { a, encodeAnswer, type FakeAnswer, type FakeRecord } from '../testing/fake-records.ts';
import { openSockets } from '../testing/open-sockets.ts';
import { exchange, type Transport } from './exchange.ts';
import { parseServer } from './server-address.ts';

const GOOD: FakeAnswer = { answers: [a('a.test', '10.0.0.1')] };
const FORGED: FakeAnswer = { answers: [a('a.test', '6.6.6.6')] };
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function setUp(answer?: FakeDnsServer['answer'], options?: { tcp: boolean }) {
  const server = await fakeDnsServer(answer, options);
  closers.push(server.close);
  const idle = openSockets();
  const clock = manualClock();
  const abort = new AbortController();
  const ask = async (transport: Transport = 'udp', address = server.address): Promise<string[]> => {
    const limits = { clock, timeoutMs: 2_000, signal: abort.signal };
    const { answers } = await exchange(parseServer(address, 'server'), 'a.test', 'A', transport, limits);
    return answers.map((record) => (record.type === 'A' ? record.address : record.type));
  };
  const asked = (count: number) => vi.waitFor(() => expect(server.queries).toHaveLength(count));
  const expectNothingLeft = (): void => {
    const listeners = getEventListeners(abort.signal, 'abort').length;
    expect([openSockets(), clock.pendingTimers, listeners]).toEqual([idle, 0, 0]);
  };
  return { server, clock, abort, ask, asked, expectNothingLeft };
}

/** Answers only over TCP in an honest way; the UDP answer is made by `udp`. */
const perTransport =
  (udp: FakeAnswer, tcp: FakeDnsServer['answer']) =>
  (query: FakeQuery): FakeAnswer | Buffer | undefined =>
    query.transport === 'udp' ? udp : tcp(query);

const many = (count: number): FakeRecord[] =>
  Array.from({ length: count }, (_, index) => a('a.test', `10.0.${index >> 8}.${index & 255}`));

describe('over UDP', () => {
  it('gets an answer and leaves nothing open', async () => {
    const { ask, server, expectNothingLeft } = await setUp(() => GOOD);
    expect(await ask()).toEqual(['10.0.0.1']);
    expect(server.queries).toMatchObject([{ name: 'a.test', kind: 'A', transport: 'udp', edns: true }]);
    expectNothingLeft();
  });

  it('uses another id and another port for each query', async () => {
    const { ask, server } = await setUp(() => GOOD);
    for (let i = 0; i < 8; i++) await ask();
    expect(new Set(server.queries.map(({ id }) => id)).size).toBeGreaterThan(4);
  });

  it('ignores answers with a wrong id, for another question, from elsewhere, and garbage; then takes the true one', async () => {
    const { ask } = await setUp((query) => {
      query.send(encodeAnswer(query, { ...FORGED, id: query.id ^ 1 }));
      query.send(encodeAnswer(query, { ...FORGED, question: { name: 'b.test', type: 1 } }));
      query.send(encodeAnswer(query, { ...FORGED, question: { name: 'a.test', type: 28 } }));
      query.send(encodeAnswer(query, { ...FORGED, question: null }));
      query.send(Buffer.from('garbage, and enough of it to be a header'));
      query.send(Buffer.of(1, 2, 3));
      const echo = encodeAnswer(query, FORGED);
      echo[2] = 0x01;
      query.send(echo);
      void query
        .sendFromElsewhere(encodeAnswer(query, FORGED))
        .then(() => query.send(encodeAnswer(query, GOOD)));
      return undefined;
    });
    expect(await ask()).toEqual(['10.0.0.1']);
  });

  it('fails at once when an answer with its id cannot be read', async () => {
    const { ask, expectNothingLeft } = await setUp((query) => encodeAnswer(query, GOOD).subarray(0, -2));
    await expect(ask()).rejects.toMatchObject({ reason: 'malformed', code: 'ERR_EVENKEEL_DISCOVERY' });
    expectNothingLeft();
  });

  it('fails when the time is over', async () => {
    const { ask, asked, clock, expectNothingLeft } = await setUp();
    const failure = expect(ask()).rejects.toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/^DNS server 127.0.0.1:\d+ did not answer within 2000 ms$/),
    });
    await asked(1);
    clock.advance(1_999);
    await settle();
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    await failure;
    expectNothingLeft();
  });

  it('fails at once when nobody listens', async () => {
    const { ask, server } = await setUp();
    closers.length = 0;
    await server.close();
    const idle = openSockets();
    await expect(ask()).rejects.toMatchObject({ reason: 'unreachable' });
    await expect(ask('tcp')).rejects.toMatchObject({ reason: 'unreachable' });
    expect(openSockets()).toBe(idle);
  });

  it.each([0, 1])(
    'ends with the signal and leaves nothing open, %i queries after the start',
    async (sent) => {
      const { ask, asked, abort, expectNothingLeft } = await setUp();
      const failure = expect(ask()).rejects.toThrow('enough');
      await asked(sent);
      abort.abort(new Error('enough'));
      await failure;
      expectNothingLeft();
      await expect(ask()).rejects.toThrow('enough');
    },
  );

  it('asks without EDNS when the server knows none', async () => {
    const { ask, server } = await setUp(({ edns }) => (edns ? { code: 1, question: null } : GOOD));
    expect(await ask()).toEqual(['10.0.0.1']);
    expect(server.queries.map(({ edns }) => edns)).toEqual([true, false]);
  });
});

describe('from UDP to TCP', () => {
  it('goes on when the answer is truncated', async () => {
    const { ask, server } = await setUp(perTransport({ ...FORGED, truncated: true }, () => GOOD));
    expect(await ask()).toEqual(['10.0.0.1']);
    expect(server.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it('fails when the answer is truncated and TCP is refused: a part is not the truth', async () => {
    const { ask } = await setUp(() => ({ ...GOOD, truncated: true }), { tcp: false });
    await expect(ask()).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it('goes on when the answer nearly fills its datagram, as it may be a part without saying so', async () => {
    const { ask, server } = await setUp(perTransport({ answers: many(70) }, () => ({ answers: many(200) })));
    expect(await ask()).toHaveLength(200);
    expect(server.queries).toHaveLength(2);
  });

  it('is content with such an answer when TCP is refused, or knows less', async () => {
    const refused = await setUp(() => ({ answers: many(70) }), { tcp: false });
    expect(await refused.ask()).toHaveLength(70);
    const failing = await setUp(perTransport({ answers: many(70) }, () => ({ code: 2 })));
    expect(await failing.ask()).toHaveLength(70);
  });

  it('is not content with such an answer after an abort', async () => {
    const { ask, asked, abort, expectNothingLeft } = await setUp(
      perTransport({ answers: many(70) }, () => undefined),
    );
    const failure = expect(ask()).rejects.toThrow('enough');
    await asked(2);
    abort.abort(new Error('enough'));
    await failure;
    expectNothingLeft();
  });

  it('does not ask twice when the answer is small', async () => {
    const { ask, server } = await setUp(() => ({ answers: many(50) }));
    expect(await ask()).toHaveLength(50);
    expect(server.queries).toHaveLength(1);
  });
});

describe('over TCP', () => {
  it('gets answers larger than any datagram', async () => {
    const { ask, server, expectNothingLeft } = await setUp(() => ({ answers: many(4_000) }));
    expect(await ask('tcp')).toHaveLength(4_000);
    expect(server.queries).toMatchObject([{ transport: 'tcp' }]);
    expectNothingLeft();
  });

  it('reads an answer that comes byte by byte', async () => {
    const { ask } = await setUp((query) => {
      void drip(query, encodeAnswer(query, GOOD));
      return undefined;
    });
    expect(await ask('tcp')).toEqual(['10.0.0.1']);
  });

  const broken: readonly (readonly [string, FakeDnsServer['answer'], string])[] = [
    ['another id', ({ id }) => encodeAnswer({ id: id ^ 1, name: 'a.test', type: 1 }, GOOD), 'malformed'],
    ['another question', (query) => encodeAnswer({ ...query, name: 'b.test' }, GOOD), 'malformed'],
    ['an empty message', () => Buffer.alloc(0), 'malformed'],
    ['a truncated answer', () => ({ ...GOOD, truncated: true }), 'malformed'],
    ['half an answer', (query) => encodeAnswer(query, GOOD).subarray(0, -2), 'malformed'],
    ['an early end', (query) => void query.hangUp(), 'unreachable'],
  ];
  it.each(broken)('fails at once on %s', async (_, answer, reason) => {
    const { ask, expectNothingLeft } = await setUp(answer);
    await expect(ask('tcp')).rejects.toMatchObject({ reason });
    expectNothingLeft();
  });

  it('fails when an answer never comes to its end', async () => {
    const { ask, asked, clock } = await setUp((query) => {
      void drip(query, encodeAnswer(query, GOOD), 20);
      return undefined;
    });
    const failure = expect(ask('tcp')).rejects.toMatchObject({ reason: 'timeout' });
    await asked(1);
    clock.advance(2_000);
    await failure;
  });

  it('ends with the signal and leaves nothing open', async () => {
    const { ask, asked, abort, expectNothingLeft } = await setUp();
    const failure = expect(ask('tcp')).rejects.toThrow('enough');
    await asked(1);
    abort.abort(new Error('enough'));
    await failure;
    expectNothingLeft();
  });
});

/** Sends the first bytes of a TCP answer one at a time. */
async function drip(query: FakeQuery, bytes: Buffer, count = Infinity): Promise<void> {
  const whole = Buffer.concat([sizeOf(bytes), bytes]);
  for (const byte of whole.subarray(0, Math.min(count, whole.length))) {
    query.sendRaw(Buffer.of(byte));
    await settle();
  }
}
