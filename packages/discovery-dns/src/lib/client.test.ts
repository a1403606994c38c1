import { manualClock } from '@evenkeel/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DnsClient, dnsClient } from './client.ts';
import { type FakeDnsServer, fakeDnsServer } from './testing/fake-dns-server.ts';
import { a, type FakeAnswer } from './testing/fake-records.ts';
import { parseServer } from './transport/server-address.ts';

const { signal } = new AbortController();
const servers: FakeDnsServer[] = [];
const closed = new Set<FakeDnsServer>();

afterEach(async () => {
  for (const server of servers.splice(0)) if (!closed.has(server)) await server.close();
});

/** One server for each answer; undefined never answers. */
async function setUp(...answers: readonly (FakeAnswer | undefined)[]) {
  for (const answer of answers) servers.push(await fakeDnsServer(() => answer));
  const own = servers.slice(-answers.length);
  const clock = manualClock();
  const trouble: string[] = [];
  const client = dnsClient({
    servers: own.map(({ address }, index) => parseServer(address, `servers[${index}]`)),
    transport: 'udp',
    timeoutMs: 1_000,
    tries: 2,
    clock,
    onServerFailure: (error, failures) => trouble.push(`${error.reason} ${failures}`),
  });
  return { client, clock, trouble, own, counts: () => own.map(({ queries }) => queries.length) };
}

const good = (address: string): FakeAnswer => ({ answers: [a('a.test', address)] });
const ask = async (client: DnsClient): Promise<unknown> => {
  const { answers } = await client.query('a.test', 'A', signal);
  return answers.map((record) => 'address' in record && record.address);
};

describe('dnsClient', () => {
  it('asks the first server as long as it answers', async () => {
    const { client, counts, trouble } = await setUp(good('10.0.0.1'), good('10.0.0.2'));
    for (let i = 0; i < 3; i++) expect(await ask(client)).toEqual(['10.0.0.1']);
    expect(counts()).toEqual([3, 0]);
    expect(trouble).toEqual([]);
  });

  it.each([
    ['SERVFAIL', 2, 'serverFailure'],
    ['REFUSED', 5, 'refused'],
    ['NOTAUTH', 9, 'serverFailure'],
  ])('goes on to the next server on %s, stays there, and tells', async (_, code, reason) => {
    const { client, counts, trouble } = await setUp({ code }, good('10.0.0.2'));
    for (let i = 0; i < 3; i++) expect(await ask(client)).toEqual(['10.0.0.2']);
    expect(counts()).toEqual([1, 3]);
    expect(trouble).toEqual([`${reason} 1`]);
  });

  it('takes "no such name" for an answer', async () => {
    const { client, counts } = await setUp({ code: 3 }, good('10.0.0.2'));
    expect((await client.query('a.test', 'A', signal)).code).toBe(3);
    expect(counts()).toEqual([1, 0]);
  });

  it('goes on when a server is silent, and back to the first when the second falls silent', async () => {
    const { client, clock, own, counts } = await setUp(undefined, good('10.0.0.2'));
    const first = ask(client);
    await vi.waitFor(() => expect(counts()).toEqual([1, 0]));
    clock.advance(1_000);
    expect(await first).toEqual(['10.0.0.2']);

    const [one, two] = own;
    one!.answer = () => good('10.0.0.1');
    two!.answer = () => undefined;
    const second = ask(client);
    await vi.waitFor(() => expect(counts()).toEqual([1, 2]));
    clock.advance(1_000);
    expect(await second).toEqual(['10.0.0.1']);
  });

  it('asks each server once when all say that they fail, and begins with the next one then', async () => {
    const { client, counts, own, trouble } = await setUp({ code: 2 }, { code: 5 });
    await expect(ask(client)).rejects.toMatchObject({
      reason: 'refused',
      message: `A a.test: DNS server ${own[1]?.address} answered with code 5`,
    });
    expect(counts()).toEqual([1, 1]);
    expect(trouble).toEqual([]);
    own[1]!.answer = () => good('10.0.0.2');
    expect(await ask(client)).toEqual(['10.0.0.2']);
    expect(counts()).toEqual([1, 2]);
  });

  it('asks a silent server again, but not the one that failed', async () => {
    const { client, clock, counts } = await setUp(undefined, { code: 2 });
    const failure = expect(ask(client)).rejects.toMatchObject({ reason: 'timeout' });
    for (const expected of [
      [1, 0],
      [2, 1],
    ]) {
      await vi.waitFor(() => expect(counts()).toEqual(expected));
      clock.advance(1_000);
    }
    await failure;
    expect(counts()).toEqual([2, 1]);
  });

  it('takes a lost datagram for what it is', async () => {
    const { client, clock, own, counts } = await setUp(undefined);
    const answer = ask(client);
    await vi.waitFor(() => expect(counts()).toEqual([1]));
    own[0]!.answer = () => good('10.0.0.1');
    clock.advance(1_000);
    expect(await answer).toEqual(['10.0.0.1']);
  });

  it('goes on when nobody listens at all', async () => {
    const { client, own } = await setUp(good('10.0.0.1'), good('10.0.0.2'));
    closed.add(own[0]!);
    await own[0]!.close();
    expect(await ask(client)).toEqual(['10.0.0.2']);
  });

  it('asks nobody any more after an abort', async () => {
    const { client, counts } = await setUp(undefined, good('10.0.0.2'));
    const abort = new AbortController();
    const reason = new Error('enough');
    const failure = expect(client.query('a.test', 'A', abort.signal)).rejects.toBe(reason);
    await vi.waitFor(() => expect(counts()).toEqual([1, 0]));
    abort.abort(reason);
    await failure;
    expect(counts()).toEqual([1, 0]);
  });

  it('says so when the system knows no server', async () => {
    const clock = manualClock();
    const client = dnsClient({ servers: [], transport: 'udp', timeoutMs: 1, tries: 1, clock });
    await expect(ask(client)).rejects.toThrow('A a.test: no DNS server is known');
  });
});
