import { heartbeatRegistrar, InvalidOptionsError, type RegistrarEvent } from '@evenkeel/core';
import { manualClock, settle } from '@evenkeel/core/testing';
import { describe, expect, it } from 'vitest';
import { EtcdError } from './etcd-error.ts';
import { serviceKeys } from './keys.ts';
import { leasedEntry } from './leased-entry.ts';
import { type EtcdRegistrarOptions, etcdRegistrar } from './registrar.ts';
import { type FakeClient, fakeClient } from './testing/fake-client.ts';

function bench(options: { ttlMs?: number; random?: () => number } = {}) {
  const client = fakeClient();
  const clock = manualClock();
  const events: RegistrarEvent[] = [];
  const keys = serviceKeys({ service: 's' });
  const entry = leasedEntry({ client, keys, clock, id: 'a', record: '{}', lease: '42' });
  const registrar = heartbeatRegistrar(entry, {
    clock,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...options,
  });
  /** What etcd does with the transaction of a put. */
  const present = (fake: FakeClient): void => void fake.store.records.set('lb/s/a', { value: '{}', at: 1n });
  present(client);
  return { client, clock, registrar, events, types: () => events.map(({ type }) => type) };
}

describe('a registration', () => {
  it('puts record and epoch under a lease of whole seconds, rounded up', async () => {
    const { client, registrar } = bench({ ttlMs: 1_001 });
    await registrar.register();
    expect(client.calls).toEqual(['grant 2', 'transact']);
    const put = { put: 'lb/s/a', value: '{}', lease: '42' };
    expect(client.transactions).toEqual([
      {
        when: { absent: 'lb/s//epoch' },
        success: [{ put: 'lb/s//epoch', value: expect.stringMatching(/^[\da-f-]{36}$/) }, put],
        failure: [put],
      },
    ]);
  });

  it('goes on with a lease that an attempt nobody heard of left there', async () => {
    const { client, registrar } = bench();
    client.hasLease = true;
    client.grantLease = () => Promise.reject(new EtcdError('etcdserver: lease already exists', 400, 9));
    await registrar.register();
    expect(client.calls).toEqual(['keep', 'transact']);
  });

  it('is put again when the lease is gone, and when only the key is', async () => {
    const { client, clock, registrar, types } = bench();
    await registrar.register();
    client.hasLease = false;
    await clock.advanceAsync(5_000);
    client.store.records.delete('lb/s/a');
    await clock.advanceAsync(5_000);
    expect(client.calls).toEqual([
      ...['grant 15', 'transact'],
      ...['keep', 'grant 15', 'transact'],
      ...['keep', 'range', 'grant 15', 'transact'],
    ]);
    expect(types()).toEqual([
      'registered',
      'registrationLost',
      'registered',
      'registrationLost',
      'registered',
    ]);
  });

  it('is taken back with a note for the watchers, only if it is still of this registrar', async () => {
    const { client, registrar } = bench();
    await registrar.register();
    await registrar.deregister();
    expect(client.transactions.at(-1)).toEqual({
      when: { key: 'lb/s/a', lease: '42' },
      success: [{ delete: 'lb/s/a' }, { put: 'lb/s//left', value: 'a', lease: '42' }],
    });
    expect(client.calls.at(-1)).toBe('revoke');
    await registrar[Symbol.asyncDispose]();
    expect(client.closed).toBe(true);
  });

  it.each(['transact', 'lease'] as const)(
    'is tried at most ten times a second when %s fails',
    async (call) => {
      const { client, clock, registrar, events } = bench({ random: () => 0 });
      client.modes[call] = 'fails';
      void registrar.register().catch(() => {});
      const at: number[] = [];
      for (let ms = 0; ms < 10_000; ms += 10) {
        const before = client.calls.length;
        await clock.advanceAsync(10);
        for (let n = before; n < client.calls.length; n++) at.push(ms);
      }
      expect(at.length).toBeGreaterThan(5);
      for (const start of at) {
        expect(at.filter((time) => time >= start && time < start + 1_000).length).toBeLessThanOrEqual(10);
      }
      expect(events.at(-1)?.type).toBe('registrationFailed');
      const closed = registrar[Symbol.asyncDispose]();
      await clock.advanceAsync(10_000);
      await closed;
    },
  );

  it('reports an etcd that is not there', async () => {
    const events: RegistrarEvent[] = [];
    const registrar = etcdRegistrar({
      endpoints: ['127.0.0.1:1'],
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
});

it.each([
  [{ address: 'a' }, 'endpoint'],
  [{ weight: -1 }, 'weight'],
  [{ address: 'a:70000' }, 'endpoint'],
  [{ id: '' }, 'id'],
  [{ id: 'a/b' }, 'id'],
  [{ id: 'a\nb' }, 'id'],
  [{ id: '\ud800' }, 'id'],
  [{ id: 7 as unknown as string }, 'id'],
  [{ service: 'a/b' }, 'service'],
  [{ ttlMs: 1 }, 'ttlMs'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ endpoints: [] }, 'endpoints'],
  [{ ttl: 1 } as object, 'did you mean'],
])('refuses %j', (options, field) => {
  const input = { endpoints: ['127.0.0.1:1'], service: 's', address: 'a:1', ...options };
  expect(() => etcdRegistrar(input as EtcdRegistrarOptions)).toThrow(InvalidOptionsError);
  expect(() => etcdRegistrar(input as EtcdRegistrarOptions)).toThrow(field);
});
