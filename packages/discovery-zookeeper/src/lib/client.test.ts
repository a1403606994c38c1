import { systemClock } from '@evenkeel/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zookeeperClient } from './client.ts';
import { parseServers } from './session/server-address.ts';
import { type FakeZookeeper, fakeZookeeper, handshake } from './testing/fake-zookeeper.ts';

let fakes: FakeZookeeper[];

beforeEach(async () => {
  fakes = await Promise.all([fakeZookeeper(), fakeZookeeper(), fakeZookeeper()]);
});
afterEach(async () => {
  for (const fake of fakes) await fake[Symbol.asyncDispose]();
});

/** A client that asks in the order of the list. */
function client() {
  let turn = 0;
  return zookeeperClient({
    servers: parseServers(fakes.map(({ address }) => address)),
    clock: systemClock,
    random: () => turn++ / 10,
    timeoutMs: 100,
    sessionMs: 10_000,
    auth: undefined,
  });
}

const counts = (): number[] => fakes.map(({ connectedAt }) => connectedAt.length);

describe('a client', () => {
  it('goes on to the next server, stays with it, and tells of those that failed', async () => {
    const [first, second] = fakes;
    first!.onHandshake = () => true;
    second!.onConnection = (socket) => socket.end() !== undefined;
    const failures: unknown[] = [];
    const mine = client();
    const options = {
      signal: new AbortController().signal,
      onLost: () => {},
      onServerFailure: (error: unknown, count: number) => failures.push([(error as Error).message, count]),
    };
    const session = await mine.open(options);
    await session.close();
    expect(failures).toEqual([[expect.stringContaining(second!.address), 2]]);
    const again = await mine.open(options);
    await again.close();
    expect(counts()).toEqual([1, 1, 2]);
  });

  it('asks each server once, and throws what the last one said', async () => {
    for (const fake of fakes) fake.onConnection = (socket) => socket.end('nonsense') !== undefined;
    const opening = client().open({ signal: new AbortController().signal, onLost: () => {} });
    await expect(opening).rejects.toMatchObject({
      reason: 'malformed',
      message: expect.stringContaining(fakes[2]!.address),
    });
    expect(counts()).toEqual([1, 1, 1]);
  });

  it('asks no other server when the session has expired', async () => {
    fakes[0]!.onHandshake = (socket) => socket.write(handshake(0, 0n));
    const opening = client().open({ signal: new AbortController().signal, onLost: () => {} });
    await expect(opening).rejects.toMatchObject({ reason: 'sessionExpired' });
    expect(counts()).toEqual([1, 0, 0]);
  });

  it('leaves a server that broke an open session', async () => {
    const mine = client();
    const lost = Promise.withResolvers<unknown>();
    await mine.open({ signal: new AbortController().signal, onLost: lost.resolve });
    for (const socket of fakes[0]!.open) socket.destroy();
    await lost.promise;
    const session = await mine.open({ signal: new AbortController().signal, onLost: () => {} });
    await session.close();
    expect(counts()).toEqual([1, 1, 0]);
  });

  it('begins elsewhere when an abort cut short the last attempt', async () => {
    const controller = new AbortController();
    fakes[0]!.onHandshake = () => {
      controller.abort(new Error('enough'));
      return true;
    };
    const mine = client();
    await expect(mine.open({ signal: controller.signal, onLost: () => {} })).rejects.toThrow('enough');
    const session = await mine.open({ signal: new AbortController().signal, onLost: () => {} });
    await session.close();
    expect(counts()).toEqual([1, 1, 0]);
  });
});
