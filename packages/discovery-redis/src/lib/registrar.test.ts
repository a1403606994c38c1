import { InvalidOptionsError, type RegistrarEvent } from '@evenkeel/core';
import { manualClock, settle } from '@evenkeel/core/testing';
import { describe, expect, it } from 'vitest';
import type { RedisClient } from './client.ts';
import { type RedisRegistrarOptions, redisRegistrar } from './registrar.ts';
import { BEAT, PUT, REMOVE } from './scripts.ts';

const NAMES = new Map([
  [PUT.sha, 'put'],
  [BEAT.sha, 'beat'],
  [REMOVE.sha, 'remove'],
]);

function bench(options: Partial<RedisRegistrarOptions> = {}) {
  const calls: string[] = [];
  const args: unknown[][] = [];
  const state: { reply: unknown; error?: Error } = { reply: 1 };
  const client: RedisClient = {
    async evalsha(sha, _count, ...rest) {
      calls.push(NAMES.get(sha) ?? 'unknown');
      args.push(rest);
      if (state.error !== undefined) throw state.error;
      return state.reply;
    },
    eval: () => Promise.reject(new Error('unexpected')),
    duplicate: () => {
      throw new Error('unexpected');
    },
  };
  const clock = manualClock();
  const events: RegistrarEvent[] = [];
  const registrar = redisRegistrar({
    client,
    service: 'orders',
    address: '10.0.0.1:80',
    clock,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { registrar, calls, args, state, clock, events };
}

describe('redisRegistrar', () => {
  it('writes keys of one slot, the lease, and the whole record', async () => {
    const { registrar, args } = bench({
      id: 'a',
      weight: 3,
      priority: 1,
      zone: 'z',
      version: '1.2',
      tags: ['x', 'y'],
      metadata: { k: 'v' },
    });
    await registrar.register();
    const [exp, rec, meta, channel, id, ttl, record] = args[0] ?? [];
    expect([exp, rec, meta, channel]).toEqual([
      'lb:{orders}:exp',
      'lb:{orders}:rec',
      'lb:{orders}:meta',
      'lb:{orders}:ch',
    ]);
    expect([id, ttl]).toEqual(['a', 15_000]);
    expect(JSON.parse(String(record))).toEqual({
      v: 1,
      host: '10.0.0.1',
      port: 80,
      weight: 3,
      priority: 1,
      zone: 'z',
      version: '1.2',
      tags: ['x', 'y'],
      meta: { k: 'v' },
    });
  });

  it('puts the endpoint again when a heartbeat finds no lease', async () => {
    const { registrar, calls, state, clock } = bench();
    await registrar.register();
    state.reply = 0;
    await clock.advanceAsync(5_000);
    expect(calls).toEqual(['put', 'beat', 'put']);
  });

  it('goes on after an error of Redis, such as a master that became a replica', async () => {
    const { registrar, calls, state, clock, events } = bench();
    await registrar.register();
    state.error = new Error("READONLY You can't write against a read only replica.");
    await clock.advanceAsync(5_000);
    expect(events.at(-1)).toMatchObject({ type: 'heartbeatFailed', error: state.error });
    delete state.error;
    await clock.advanceAsync(1_000);
    await registrar[Symbol.asyncDispose]();
    expect(calls.slice(-2)).toEqual(['beat', 'remove']);
  });

  it('reports a Redis that is not there', async () => {
    const events: RegistrarEvent[] = [];
    const registrar = redisRegistrar({
      url: 'redis://127.0.0.1:1',
      service: 's',
      address: 'a:1',
      failFast: true,
      onEvent: (event) => events.push(event),
    });
    await expect(registrar.register()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(events.map(({ type }) => type)).toEqual(['registrationFailed']);
    await registrar[Symbol.asyncDispose]();
    await settle();
  });

  it.each([
    [{ address: 'a' }, 'endpoint'],
    [{ weight: -1 }, 'weight'],
    [{ address: 'a:70000' }, 'endpoint'],
    [{ id: '' }, 'id'],
    [{ id: 'a\nb' }, 'id'],
    [{ service: 'a}b' }, 'service'],
    [{ ttlMs: 1 }, 'ttlMs'],
    [{ ttl: 1 } as object, 'did you mean'],
  ])('refuses %j', (options, field) => {
    expect(() => bench(options)).toThrow(InvalidOptionsError);
    expect(() => bench(options)).toThrow(field);
  });
});
