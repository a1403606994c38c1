import { InvalidOptionsError, type RegistrarEvent } from '@evenkeel/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ZookeeperRegistrarOptions, zookeeperRegistrar } from './registrar.ts';
import { type FakeZookeeper, fakeZookeeper, handshake, reply, writeStat } from './testing/fake-zookeeper.ts';
import { OPERATION } from './wire/request.ts';

let fake: FakeZookeeper;
/** The session that the node belongs to; undefined when there is none. */
let owner: bigint | undefined;

beforeEach(async () => {
  fake = await fakeZookeeper(900);
  owner = undefined;
  fake.onRequest = ({ type, xid, socket }) => {
    if (type === OPERATION.exists) {
      const mine = owner;
      return socket.write(mine === undefined ? reply(xid, -101) : reply(xid, 0, (to) => writeStat(to, mine)));
    }
    if (type === OPERATION.create) owner = 7n;
    if (type !== OPERATION.multi) return false;
    owner = undefined;
    return socket.write(reply(xid, 0, (to) => void to.int(-1).bool(true).int(-1)));
  };
});
afterEach(() => fake[Symbol.asyncDispose]());

function bench(options: Partial<ZookeeperRegistrarOptions> = {}) {
  const events: RegistrarEvent[] = [];
  const registrar = zookeeperRegistrar({
    servers: [fake.address],
    service: 's',
    address: '10.0.0.1:80',
    ttlMs: 300,
    timeoutMs: 500,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { registrar, events, types: () => events.map(({ type }) => type) };
}

const asked = (type: number | 'connect'): number => fake.asked.filter((other) => other === type).length;

describe('zookeeperRegistrar', () => {
  it('creates the node, keeps it by looking at it, deletes it and ends the session', async () => {
    const { registrar, types } = bench();
    await registrar.register();
    await expect.poll(() => asked(OPERATION.exists)).toBeGreaterThan(3);
    await registrar.deregister();
    expect(types()).toEqual(['registered', 'deregistered']);
    expect([asked('connect'), asked(OPERATION.create), asked(OPERATION.multi)]).toEqual([1, 1, 1]);
    await expect.poll(() => fake.open.size).toBe(0);
    expect(fake.asked.at(-1)).toBe(OPERATION.closeSession);
  });

  it('goes on with its session when the connection is lost', async () => {
    const tickets: bigint[] = [];
    const { registrar, types } = bench();
    await registrar.register();
    fake.onHandshake = (socket) => {
      tickets.push(fake.lastTicket);
      return socket.write(handshake(900));
    };
    for (const socket of fake.open) socket.destroy();
    await expect.poll(() => asked('connect')).toBe(2);
    const looked = asked(OPERATION.exists);
    await expect.poll(() => asked(OPERATION.exists)).toBeGreaterThan(looked + 1);
    expect(tickets).toEqual([7n]);
    expect(types()).toEqual(['registered']);
    await registrar[Symbol.asyncDispose]();
  });

  it('registers in a new session when the old one has expired', async () => {
    const tickets: bigint[] = [];
    const { registrar, types } = bench();
    await registrar.register();
    owner = undefined;
    fake.onHandshake = (socket) => {
      tickets.push(fake.lastTicket);
      return socket.write(fake.lastTicket === 0n ? handshake(900) : handshake(0, 0n));
    };
    for (const socket of fake.open) socket.destroy();
    await expect.poll(types).toEqual(['registered', 'registrationLost', 'registered']);
    expect(tickets).toEqual([7n, 0n]);
    await registrar[Symbol.asyncDispose]();
  });

  it('registers again when the server says in an answer that the session has expired', async () => {
    const { registrar, types } = bench();
    await registrar.register();
    const usual = fake.onRequest;
    owner = undefined;
    fake.onRequest = ({ type, xid, socket }) => {
      fake.onRequest = usual;
      return type === OPERATION.exists && socket.write(reply(xid, -112));
    };
    await expect.poll(types).toContain('registrationLost');
    await expect.poll(() => types().at(-1)).toBe('registered');
    await registrar[Symbol.asyncDispose]();
  });

  it('registers again when somebody deleted the node', async () => {
    const { registrar, types } = bench();
    await registrar.register();
    owner = undefined;
    await expect.poll(types).toEqual(['registered', 'registrationLost', 'registered']);
    expect(asked('connect')).toBe(1);
    await registrar[Symbol.asyncDispose]();
  });

  it('leaves the node alone that another session has made its own', async () => {
    const { registrar } = bench();
    await registrar.register();
    owner = 99n;
    await registrar.deregister();
    expect(asked(OPERATION.multi)).toBe(0);
    expect(owner).toBe(99n);
  });

  it('tries again with a new connection when an answer is late', async () => {
    const { registrar, types } = bench({ timeoutMs: 100 });
    fake.onHandshake = () => asked('connect') === 1;
    await registrar.register();
    expect(types()).toEqual(['registrationFailed', 'registered']);
    await registrar[Symbol.asyncDispose]();
    await expect.poll(() => fake.open.size).toBe(0);
  });

  it('gives up after some turns with others who create and delete the node', async () => {
    fake.onRequest = ({ type, xid, socket }) => {
      if (type === OPERATION.exists) return socket.write(reply(xid, -101));
      return type === OPERATION.create && socket.write(reply(xid, -110));
    };
    const { registrar } = bench({ failFast: true });
    await expect(registrar.register()).rejects.toMatchObject({ reason: 'nodeExists' });
    expect(asked(OPERATION.create)).toBe(5);
    await registrar[Symbol.asyncDispose]();
  });

  it('connects at most ten times a second to a server that closes each connection', async () => {
    fake.onConnection = (socket) => socket.end() !== undefined;
    const startedAt = performance.now();
    const { registrar } = bench({ ttlMs: 15_000 });
    const registered = registrar.register();
    registered.catch(() => {});
    await expect.poll(() => performance.now() - startedAt, { timeout: 5_000 }).toBeGreaterThan(1_500);
    for (const at of fake.connectedAt) {
      expect(
        fake.connectedAt.filter((other) => other >= at && other < at + 1_000).length,
      ).toBeLessThanOrEqual(10);
    }
    expect(fake.connectedAt.length).toBeGreaterThan(1);
    await registrar[Symbol.asyncDispose]();
    await expect(registered).rejects.toMatchObject({ code: 'ERR_EVENKEEL_CLOSED' });
  });

  it.each([
    [{ address: 'a' }, 'endpoint'],
    [{ weight: -1 }, 'weight'],
    [{ id: '' }, 'id'],
    [{ id: 'a/b' }, 'id'],
    [{ id: 'a\nb' }, 'id'],
    [{ service: 'a/b' }, 'service'],
    [{ service: '..' }, 'service'],
    [{ base: '/a/' }, 'base'],
    [{ servers: [] }, 'servers'],
    [{ metadata: { k: 'x'.repeat(500_000) } }, 'metadata'],
    [{ ttlMs: 1 }, 'ttlMs'],
    [{ ttl: 1 } as object, 'did you mean'],
  ])('refuses %j', (options, field) => {
    expect(() => bench(options)).toThrow(InvalidOptionsError);
    expect(() => bench(options)).toThrow(field);
  });
});
