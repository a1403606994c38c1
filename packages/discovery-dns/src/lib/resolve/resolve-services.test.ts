import { describe, expect, it } from 'vitest';
import { DnsError } from '../dns-error.ts';
import { a, aaaa, type FakeAnswer, type FakeRecord, srv } from '../testing/fake-records.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import type { AddressFamily } from './addresses.ts';
import { resolveServices } from './resolve-services.ts';

const { signal } = new AbortController();
const NAME = '_http._tcp.a.test';

type Script = Readonly<Record<string, FakeAnswer | Error>>;

async function resolve(services: FakeAnswer, more: Script = {}, family: AddressFamily = 'auto') {
  const client = scriptedClient({ [`SRV ${NAME}`]: services, ...more });
  const answer = await resolveServices(client, NAME, family, signal);
  return { ...answer, ids: answer.endpoints.map(({ id }) => id).sort(), asked: client.asked.slice(1) };
}

const two = (additionals: readonly FakeRecord[] = []): FakeAnswer => ({
  answers: [srv(NAME, [0, 5, 8080], 'x.test', 20), srv(NAME, [1, 7, 8081], 'y.test', 20)],
  additionals,
});
const X = a('x.test', '10.0.0.1', 8);
const Y = a('y.test', '10.0.0.2', 30);

describe('resolveServices', () => {
  it('takes port, priority and weight from the record and the address from the additional section', async () => {
    const { endpoints, ttl, asked } = await resolve(two([X, Y]));
    expect(endpoints).toEqual([
      {
        id: '10.0.0.1:8080',
        host: '10.0.0.1',
        port: 8080,
        weight: 5,
        priority: 0,
        metadata: { target: 'x.test' },
      },
      {
        id: '10.0.0.2:8081',
        host: '10.0.0.2',
        port: 8081,
        weight: 7,
        priority: 1,
        metadata: { target: 'y.test' },
      },
    ]);
    expect({ ttl, asked }).toEqual({ ttl: 8, asked: [] });
  });

  it('asks for targets whose address did not come along, such as those of Consul', async () => {
    const target = '0a010001.addr.dc1.consul';
    const found = await resolve(
      { answers: [srv(NAME, [1, 1, 80], target, 9), srv(NAME, [1, 1, 80], 'x.test', 9)], additionals: [X] },
      { [`A ${target}`]: { answers: [a(target, '10.1.0.1')] } },
    );
    expect(found).toMatchObject({ ids: ['10.0.0.1:80', '10.1.0.1:80'], asked: [`A ${target}`], ttl: 0 });
  });

  it('takes the family that is wanted from the additional section', async () => {
    const x6 = aaaa('x.test', 'fd00:0:0:0:0:0:0:1', 8);
    const y6 = aaaa('y.test', 'fd00:0:0:0:0:0:0:2', 8);
    expect((await resolve(two([x6, X, y6]))).ids).toEqual(['10.0.0.1:8080', '[fd00::2]:8081']);
    expect((await resolve(two([x6, X, y6]), {}, 'ipv6')).ids).toEqual(['[fd00::1]:8080', '[fd00::2]:8081']);
    expect((await resolve(two([x6, X, y6]), {}, 'both')).ids).toHaveLength(3);
    const v4 = await resolve(
      two([x6, y6]),
      { 'A x.test': { answers: [X] }, 'A y.test': { answers: [Y] } },
      'ipv4',
    );
    expect(v4.ids).toEqual(['10.0.0.1:8080', '10.0.0.2:8081']);
  });

  it('makes an endpoint of each address of a target', async () => {
    expect((await resolve(two([X, a('x.test', '10.0.0.9'), Y]))).ids).toHaveLength(3);
  });

  it('leaves out a target that does not exist, and says so', async () => {
    const { ids, problems, failure, negative } = await resolve(two([X]), {
      'A y.test': { code: 3 },
      'AAAA y.test': { code: 3 },
    });
    expect({ ids, failure, negative }).toEqual({
      ids: ['10.0.0.1:8080'],
      failure: undefined,
      negative: undefined,
    });
    expect(problems).toEqual(['A y.test: there is no such name']);
  });

  it('says that the answer is incomplete when a target cannot be resolved', async () => {
    const { ids, failure } = await resolve(two([X]));
    expect(ids).toEqual(['10.0.0.1:8080']);
    expect(failure).toMatchObject({ reason: 'serverFailure' });
  });

  it('fails when no target can be resolved: that is no empty answer', async () => {
    await expect(resolve(two())).rejects.toMatchObject({ reason: 'serverFailure' });
  });

  const fifty = Array.from({ length: 50 }, (_, index) => `t${index}.test`);
  const services: FakeAnswer = { answers: fifty.map((target) => srv(NAME, [0, 1, 80], target)) };

  it.each([
    ['silent', 'timeout', 2],
    ['failing', 'serverFailure', 4],
  ] as const)('does not ask a %s server for each of 50 targets', async (_, reason, queries) => {
    const failure = new DnsError(reason, 'no answer');
    const script = Object.fromEntries(fifty.map((target) => [`A ${target}`, failure]));
    const client = scriptedClient({ [`SRV ${NAME}`]: services, ...script });
    await expect(resolveServices(client, NAME, 'auto', signal)).rejects.toBe(failure);
    expect(client.asked).toHaveLength(queries);
  });

  it('finds the others when some of 50 targets cannot be resolved', async () => {
    const script = Object.fromEntries(
      fifty.map((target, index) => [
        `A ${target}`,
        index % 3 === 0
          ? new DnsError('serverFailure', 'no answer')
          : { answers: [a(target, `10.0.0.${index}`)] },
      ]),
    );
    const { ids, failure } = await resolve(services, script);
    expect(ids).toHaveLength(33);
    expect(failure).toBeDefined();
  });

  it('stops asking when the server falls silent in between', async () => {
    const script = Object.fromEntries(
      fifty.map((target, index) => [
        `A ${target}`,
        index < 45 ? new DnsError('timeout', 'no answer') : { answers: [a(target, `10.0.0.${index}`)] },
      ]),
    );
    const { ids, asked } = await resolve(services, script);
    expect(ids).toHaveLength(5);
    expect(asked.length).toBeLessThanOrEqual(5 + 10);
  });

  it('asks for 50 targets, a few at a time', async () => {
    const targets = Array.from({ length: 50 }, (_, index) => `t${index}.test`);
    const script = Object.fromEntries(
      targets.map((target, index) => [`A ${target}`, { answers: [a(target, `10.0.0.${index}`)] }]),
    );
    const { ids } = await resolve(
      { answers: targets.map((target) => srv(NAME, [0, 1, 80], target)) },
      script,
    );
    expect(ids).toHaveLength(50);
  });

  it('is negative when the name has no records, or all targets are gone', async () => {
    expect(await resolve({ code: 3 })).toMatchObject({ ids: [], negative: { reason: 'noName' } });
    expect(await resolve({})).toMatchObject({ ids: [], negative: { reason: 'noData' } });
    const gone: Script = { 'A x.test': { code: 3 }, 'A y.test': { code: 3 } };
    expect(await resolve(two(), gone)).toMatchObject({ ids: [], negative: { reason: 'noData' } });
  });

  it('knows a service that is withdrawn', async () => {
    const { endpoints, withdrawn, negative } = await resolve({ answers: [srv(NAME, [0, 0, 0], '')] });
    expect({ endpoints, withdrawn, reason: negative?.reason }).toEqual({
      endpoints: [],
      withdrawn: true,
      reason: 'noData',
    });
  });

  it.each(['-oproxy.test', 'a b.test', 'a/b.test', 'x', ''])('with the target %j', async (target) => {
    const { ids, problems } = await resolve({
      answers: [srv(NAME, [0, 1, 80], target), srv(NAME, [0, 1, 8080], 'x.test')],
      additionals: [X, a('x', '10.0.0.3')],
    });
    const valid = target === 'x';
    expect(ids).toEqual(valid ? ['10.0.0.1:8080', '10.0.0.3:80'] : ['10.0.0.1:8080']);
    expect(problems).toHaveLength(valid ? 0 : 1);
  });

  it('leaves out port 0 and addresses that mean this host', async () => {
    const { ids, problems } = await resolve({
      answers: [
        srv(NAME, [0, 1, 0], 'x.test'),
        srv(NAME, [0, 1, 80], 'y.test'),
        srv(NAME, [0, 1, 81], 'z.test'),
      ],
      additionals: [X, Y, a('z.test', '0.0.0.0')],
    });
    expect(ids).toEqual(['10.0.0.2:80']);
    expect(problems).toEqual([
      `SRV ${NAME}: record left out: the port of x.test is 0`,
      'z.test: 0.0.0.0 is no address of an endpoint',
    ]);
  });

  it('fails when not one record is usable: nonsense is no empty answer', async () => {
    await expect(resolve({ answers: [srv(NAME, [0, 1, 0], 'x.test')] })).rejects.toMatchObject({
      reason: 'malformed',
    });
    await expect(
      resolve({ answers: [srv(NAME, [0, 1, 80], 'z.test')], additionals: [a('z.test', '0.0.0.0')] }),
    ).rejects.toMatchObject({ reason: 'malformed' });
  });
});
