import type { Socket } from 'node:net';
import { systemClock } from '@evenkeel/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeZookeeper, fakeZookeeper, handshake, reply, writeStat } from '../testing/fake-zookeeper.ts';
import { juteWriter } from '../wire/jute-writer.ts';
import type { NodeEvent } from '../wire/reply.ts';
import { getChildren, getData, OPERATION, stat, watchTree } from '../wire/request.ts';
import { parseServers } from './server-address.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

let fake: FakeZookeeper;
let lost: PromiseWithResolvers<unknown>;
let lostCount: number;
const sessions: Session[] = [];

beforeEach(async () => {
  fake = await fakeZookeeper();
  lost = Promise.withResolvers();
  lostCount = 0;
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.drop()));
  await fake[Symbol.asyncDispose]();
});

async function open(options: Partial<SessionOptions> = {}, address = fake.address): Promise<Session> {
  const session = await openSession(parseServers([address])[0]!, {
    clock: systemClock,
    timeoutMs: 2_000,
    sessionMs: 600,
    auth: undefined,
    signal: new AbortController().signal,
    onLost(error) {
      lostCount++;
      lost.resolve(error);
    },
    ...options,
  });
  sessions.push(session);
  return session;
}

async function noSockets(): Promise<void> {
  await expect.poll(() => fake.open.size, { interval: 5 }).toBe(0);
}

describe('opening a session', () => {
  it('gives up on a server that accepts and says nothing', async () => {
    fake.onHandshake = () => true;
    await expect(open({ timeoutMs: 50 })).rejects.toMatchObject({
      reason: 'timeout',
      message: `${fake.address}: connect: no answer within 50 ms`,
    });
    await noSockets();
  });

  it.each<[string, string, (socket: Socket) => unknown]>([
    ['speaks HTTP', 'malformed', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['claims a frame of 2 GB', 'malformed', (socket) => socket.write(Buffer.from('7fffffff', 'hex'))],
    ['answers with a frame too short', 'malformed', (socket) => socket.write(juteWriter().int(0).frame())],
    ['speaks another version', 'malformed', (socket) => socket.write(handshake(600, 7n, 1))],
    ['opens session 0', 'malformed', (socket) => socket.write(handshake(600, 0n))],
    ['says that the session has expired', 'sessionExpired', (socket) => socket.write(handshake(0, 0n))],
    ['closes the connection at once', 'closed', (socket) => socket.end()],
    ['closes it in the middle of a frame', 'closed', (socket) => socket.end(handshake(600).subarray(0, 20))],
    ['resets it', 'unreachable', (socket) => socket.resetAndDestroy()],
  ])('fails at once when the server %s', async (_, reason, act) => {
    fake.onHandshake = (socket) => {
      act(socket);
      return true;
    };
    await expect(open()).rejects.toMatchObject({ reason });
    expect(lostCount).toBe(0);
    await noSockets();
  });

  it('fails when nobody listens', async () => {
    const gone = await fakeZookeeper();
    await gone[Symbol.asyncDispose]();
    await expect(open({}, gone.address)).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    fake.onHandshake = () => {
      controller.abort(new Error('enough'));
      return true;
    };
    await expect(open({ signal: controller.signal })).rejects.toThrow('enough');
    await noSockets();
  });

  it('says that the password is wrong', async () => {
    fake.onRequest = ({ type, xid, socket }) => type === OPERATION.auth && socket.write(reply(xid, -115));
    await expect(open({ auth: 'u:wrong' })).rejects.toMatchObject({
      reason: 'authFailed',
      message: expect.not.stringContaining('wrong'),
    });
    await noSockets();
  });

  it('authenticates before anything is asked', async () => {
    const session = await open({ auth: 'u:p' });
    await session.call(stat('/'));
    expect(fake.asked).toEqual(['connect', OPERATION.auth, OPERATION.exists]);
  });
});

describe('an open session', () => {
  it('answers many questions at once, in order', async () => {
    for (let n = 0; n < 100; n++) fake.nodes.set(`n${n}`, `data ${n}`);
    const session = await open();
    const all = await Promise.all(Array.from({ length: 100 }, (_, n) => session.call(getData(`/s/n${n}`))));
    expect(all.map(String)).toEqual(Array.from({ length: 100 }, (_, n) => `data ${n}`));
  });

  it('goes on after a refusal', async () => {
    const session = await open();
    await expect(session.call(getData('/s/none'))).rejects.toMatchObject({
      reason: 'noNode',
      message: 'read /s/none: there is no such node (code -101)',
    });
    await session.call(stat('/s'));
    expect(lostCount).toBe(0);
  });

  it('says which ZooKeeper is needed when the server does not know persistent watches', async () => {
    fake.onRequest = ({ xid, type, socket }) => type === OPERATION.addWatch && socket.write(reply(xid, -6));
    const session = await open();
    await expect(session.call(watchTree('/s'))).rejects.toMatchObject({
      reason: 'tooOld',
      message: expect.stringContaining('ZooKeeper 3.6 or later is needed'),
    });
  });

  it.each<[string, string, (xid: number) => Buffer]>([
    ['another request', 'malformed', (xid) => reply(xid + 1, 0, (writer) => writeStat(writer))],
    ['with too few bytes', 'malformed', (xid) => reply(xid, 0, (writer) => writer.int(1))],
    ['with garbage', 'malformed', () => Buffer.from('garbage, and no end to it\n'.repeat(9))],
    ['that the session has expired', 'sessionExpired', (xid) => reply(xid, -112)],
  ])('fails the request when the server answers %s', async (_, reason, answer) => {
    fake.onRequest = ({ xid, type, socket }) => type === OPERATION.exists && socket.write(answer(xid));
    const session = await open();
    await expect(session.call(stat('/'))).rejects.toMatchObject({ reason });
    if (reason !== 'malformed') return;
    expect(await lost.promise).toMatchObject({ reason });
    await expect(session.call(stat('/'))).rejects.toMatchObject({ reason });
    await noSockets();
  });

  it('is lost when the server answers what nobody asked', async () => {
    await open();
    for (const socket of fake.open) socket.write(reply(77, 0));
    expect(await lost.promise).toMatchObject({
      message: expect.stringContaining('request 77, which nobody sent'),
    });
  });

  it('is lost when one answer is late, with all that wait', async () => {
    fake.onRequest = ({ type }) => type !== OPERATION.closeSession;
    const session = await open({ timeoutMs: 50 });
    const results = await Promise.allSettled([session.call(stat('/')), session.call(getChildren('/'))]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.reason)).toEqual([
      'timeout',
      'timeout',
    ]);
    expect(await lost.promise).toMatchObject({ reason: 'timeout' });
    expect(lostCount).toBe(1);
  });

  it('is lost when the server closes the connection in the middle of an answer', async () => {
    fake.onRequest = ({ xid, socket }) => {
      socket.end(reply(xid, 0, (writer) => writeStat(writer)).subarray(0, 30));
      return true;
    };
    const session = await open();
    await expect(session.call(stat('/'))).rejects.toMatchObject({ reason: 'closed' });
    expect(lostCount).toBe(1);
  });

  it('is lost when the server does not answer pings', async () => {
    fake.onRequest = ({ type }) => type === OPERATION.ping;
    await open();
    expect(await lost.promise).toMatchObject({ reason: 'silent' });
    await noSockets();
  });

  it('lives on pings', async () => {
    const session = await open();
    const pings = (): number => fake.asked.filter((type) => type === OPERATION.ping).length;
    await expect.poll(pings, { interval: 20, timeout: 10_000 }).toBeGreaterThan(4);
    await session.call(stat('/'));
    expect(lostCount).toBe(0);
  });

  it('tells events, also of kinds that it does not know', async () => {
    const events: NodeEvent[] = [];
    const session = await open({ onEvent: (event) => events.push(event) });
    fake.tell(1, '/s/a');
    fake.tell(9 as 1, '');
    await session.call(stat('/'));
    expect(events).toEqual([
      { kind: 'created', path: '/s/a' },
      { kind: 'other', path: '' },
    ]);
  });

  it('ends on the server when it is closed, twice as well, and tells nobody that it was lost', async () => {
    const session = await open();
    await Promise.all([session.close(), session.close()]);
    await session.close();
    expect(fake.asked).toEqual(['connect', OPERATION.closeSession]);
    await noSockets();
    expect(lostCount).toBe(0);
    await expect(session.call(stat('/'))).rejects.toMatchObject({ reason: 'closed' });
  });

  it('is closed within a second by a server that does not answer', async () => {
    fake.onRequest = () => true;
    const session = await open();
    const startedAt = performance.now();
    await session.close();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await noSockets();
  });
});
